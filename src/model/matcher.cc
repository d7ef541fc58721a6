#include "model/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/json_text.h"

namespace tributary {
namespace {

constexpr std::string_view kMetaCharacters = "\\.+*?()[]{}^$";

// a|b|c without any other operator.
std::vector<std::string> alternatives_of(std::string_view expression) {
  if (expression.find_first_of(kMetaCharacters) != std::string_view::npos) return {};
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= expression.size(); ++at) {
    if (at == expression.size() || expression[at] == '|') {
      out.emplace_back(expression.substr(from, at - from));
      from = at + 1;
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// What RE2 says in the words of Go's regexp, and so of Prometheus.
std::string go_message(std::string what, const std::string& where) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords = {
      {{"missing )", "missing closing )"},
       {"missing ]", "missing closing ]"},
       {"trailing \\", "trailing backslash at end of expression"},
       {"no argument for repetition operator", "missing argument to repetition operator"},
       {"invalid repetition size", "invalid repeat count"},
       {"bad repetition operator", "invalid nested repetition operator"},
       {"invalid perl operator", "invalid or unsupported Perl syntax"},
       {"invalid named capture group", "invalid named capture"}}};
  if (!where.empty() && what.ends_with(": " + where)) what.resize(what.size() - where.size() - 2);
  for (const auto& [re2, go] : kWords) {
    if (what == re2) what = go;
  }
  return "error parsing regexp: " + what + ": `" + where + "`";
}

}  // namespace

struct Matcher::Regex {
  explicit Regex(const std::string& pattern, const RE2::Options& options) : re(pattern, options) {}
  RE2 re;
};

std::string_view to_string(MatchType type) {
  switch (type) {
    case MatchType::equal: return "=";
    case MatchType::not_equal: return "!=";
    case MatchType::regex: return "=~";
    case MatchType::not_regex: return "!~";
  }
  return "?";
}

Matcher::Matcher(MatchType type, std::string name, std::string value)
    : type_(type), name_(std::move(name)), value_(std::move(value)) {}

Matcher Matcher::equal(std::string name, std::string value) {
  Matcher matcher(MatchType::equal, std::move(name), std::move(value));
  matcher.literals_ = {matcher.value_};
  matcher.matches_empty_ = matcher.value_.empty();
  return matcher;
}

Result<Matcher> Matcher::create(MatchType type, std::string name, std::string value) {
  Matcher matcher(type, std::move(name), std::move(value));
  if (type == MatchType::equal || type == MatchType::not_equal) {
    matcher.literals_ = {matcher.value_};
  } else if (matcher.literals_ = alternatives_of(matcher.value_); matcher.literals_.empty()) {
    RE2::Options options;
    options.set_dot_nl(true);
    options.set_log_errors(false);
    auto regex = std::make_shared<const Regex>(matcher.value_, options);
    if (!regex->re.ok()) {
      return Error(Code::invalid_argument, go_message(regex->re.error(), regex->re.error_arg()));
    }
    matcher.regex_ = std::move(regex);
  }
  matcher.matches_empty_ = matcher.matches("");
  return matcher;
}

bool Matcher::matches(std::string_view value) const {
  const bool found = regex_
                         ? RE2::FullMatch(re2::StringPiece(value.data(), value.size()), regex_->re)
                         : std::find(literals_.begin(), literals_.end(), value) != literals_.end();
  return found != negative();
}

std::string Matcher::to_string() const {
  std::string out = is_valid_label_name(name_) ? name_ : json_string(name_);
  out += tributary::to_string(type_);
  return out + json_string(value_);
}

bool matches(std::span<const Matcher> matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&labels](const Matcher& matcher) {
    return matcher.matches(labels.get(matcher.name()));
  });
}

}  // namespace tributary
