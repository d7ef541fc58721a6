#include "aws/config_file.h"

#include <array>
#include <optional>

#include "base/strings.h"

namespace tributary::aws {
namespace {

constexpr std::array<std::string_view, 3> kKeySettings = {
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token"};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_comment(char c) { return c == '#' || c == ';'; }

// A comment after a value begins with white space.
std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (is_comment(value[i]) && is_blank(value[i - 1])) return trim(value.substr(0, i));
  }
  return trim(value);
}

class Parser {
 public:
  Result<ConfigFile> parse(std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
      ++line_number_;
      if (auto done = read_line(line); !done) return done.error();
    }
    return std::move(file_);
  }

 private:
  Error error(std::string_view what) const {
    return Error(Code::invalid_argument,
                 "line " + std::to_string(line_number_) + ": " + std::string(what));
  }

  Result<void> read_line(std::string_view line) {
    const std::string_view content = trim(line);
    if (content.empty() || is_comment(content[0])) return {};
    if (content[0] == '[') return read_section(content);
    if (section_ == nullptr) return error("a setting before the first [section]");
    const std::size_t indent = line.find_first_not_of(" \t");
    if (indent > key_indent_ && !key_.empty()) return read_indented(content);
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos) return error("expected \"key = value\" or \"[section]\"");
    key_ = to_lower(trim(content.substr(0, equals)));
    if (key_.empty()) return error("the name before '=' is empty");
    const std::string_view value = without_comment(content.substr(equals + 1));
    key_indent_ = indent;
    nests_ = value.empty();
    (*section_)[key_] = std::string(value);
    return {};
  }

  Result<void> read_section(std::string_view content) {
    const std::size_t end = content.find(']');
    if (end == std::string_view::npos) return error("\"[\" without \"]\"");
    const std::string_view after = trim(content.substr(end + 1));
    if (!after.empty() && !is_comment(after[0])) return error("text after \"]\"");
    const std::string_view name = trim(content.substr(1, end - 1));
    if (name.empty()) return error("the name of the section is empty");
    section_ = &file_.sections[std::string(name)];
    key_.clear();
    return {};
  }

  Result<void> read_indented(std::string_view content) {
    if (!nests_) {
      std::string& value = (*section_)[key_];
      value += '\n';
      value += content;
      return {};
    }
    const std::size_t equals = content.find('=');
    if (equals == std::string_view::npos)
      return error("expected a nested \"key = value\" below \"" + key_ + "\"");
    const std::string name = key_ + "." + to_lower(trim(content.substr(0, equals)));
    (*section_)[name] = std::string(without_comment(content.substr(equals + 1)));
    return {};
  }

  ConfigFile file_;
  Settings* section_ = nullptr;
  std::string key_;  // of the last setting, for the deeper indented lines below it
  std::size_t key_indent_ = 0;
  bool nests_ = false;  // that setting had no value of its own
  std::size_t line_number_ = 0;
};

// The name in `[profile name]`, quotes optional.
std::optional<std::string> profile_name(std::string_view section) {
  constexpr std::string_view kPrefix = "profile";
  if (!section.starts_with(kPrefix) || section.size() <= kPrefix.size() ||
      !is_blank(section[kPrefix.size()])) {
    return std::nullopt;
  }
  std::string_view name = trim(section.substr(kPrefix.size()));
  if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
      name.back() == name.front()) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

}  // namespace

Result<ConfigFile> parse_config_file(std::string_view text) { return Parser().parse(text); }

Profiles merge_profiles(const ConfigFile& config, const ConfigFile& credentials) {
  Profiles profiles;
  for (const auto& [section, settings] : config.sections) {
    if (section == "default") profiles.emplace(section, settings);
  }
  for (const auto& [section, settings] : config.sections) {
    if (const auto name = profile_name(section)) profiles[*name] = settings;
  }
  for (const auto& [section, settings] : credentials.sections) {
    Settings& profile = profiles[section];
    if (settings.contains("aws_access_key_id")) {
      for (const std::string_view key : kKeySettings) profile.erase(std::string(key));
    }
    for (const auto& [key, value] : settings) profile[key] = value;
  }
  return profiles;
}

}  // namespace tributary::aws
