#include "collector/receivers/prometheus/regex.h"

#include <re2/re2.h>

#include <optional>

namespace tributary::collector::prometheus {
namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The name of a reference that begins behind a `$`, and how many characters it takes.
struct Reference {
  std::string_view name;
  std::size_t size;
};

std::optional<Reference> read_reference(std::string_view text) {
  const bool braces = text.starts_with('{');
  const std::size_t begin = braces ? 1 : 0;
  std::size_t end = begin;
  while (end < text.size() && is_name_char(text[end])) ++end;
  if (end == begin) return std::nullopt;
  if (braces && (end == text.size() || text[end] != '}')) return std::nullopt;
  return Reference{text.substr(begin, end - begin), braces ? end + 1 : end};
}

// The number that a name is, if it is one: no leading zero, below 1e8.
std::optional<std::size_t> group_number(std::string_view name) {
  if (name.size() > 8 || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  std::size_t number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
  Regex regex;
  if (pattern == kMatchAll) return regex;
  RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto re = std::make_shared<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!re->ok()) {
    return Error(Code::invalid_argument,
                 "regular expression \"" + std::string(pattern) + "\": " + re->error());
  }
  regex.pattern_ = pattern;
  regex.re_ = std::move(re);
  return regex;
}

bool Regex::matches(std::string_view text) const {
  if (!re_) return true;
  return re_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::ANCHOR_BOTH,
                    nullptr, 0);
}

std::vector<std::string_view> Regex::match(std::string_view text) const {
  if (!re_) return {text, text};
  std::vector<re2::StringPiece> pieces(
      static_cast<std::size_t>(re_->NumberOfCapturingGroups() + 1));
  if (!re_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::ANCHOR_BOTH,
                  pieces.data(), static_cast<int>(pieces.size()))) {
    return {};
  }
  std::vector<std::string_view> groups;
  groups.reserve(pieces.size());
  for (const re2::StringPiece& piece : pieces) groups.emplace_back(piece.data(), piece.size());
  return groups;
}

std::string Regex::expand(std::string_view text_template,
                          const std::vector<std::string_view>& groups) const {
  std::string out;
  while (!text_template.empty()) {
    const std::size_t dollar = text_template.find('$');
    out += text_template.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text_template.remove_prefix(dollar + 1);
    if (text_template.starts_with('$')) {
      out += '$';
      text_template.remove_prefix(1);
      continue;
    }
    const auto reference = read_reference(text_template);
    if (!reference) {
      out += '$';
      continue;
    }
    text_template.remove_prefix(reference->size);
    if (const auto number = group_number(reference->name)) {
      if (*number < groups.size()) out += groups[*number];
    } else if (re_) {
      const auto& names = re_->NamedCapturingGroups();
      const auto found = names.find(std::string(reference->name));
      if (found != names.end()) out += groups[static_cast<std::size_t>(found->second)];
    }
  }
  return out;
}

}  // namespace tributary::collector::prometheus
