#include "lab/logs/filter_expression.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::logs {
namespace {

constexpr int kDepthMax = 32;
constexpr std::int64_t kRegexMemory = 1 << 20;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kValueEnds = " \t\r\n()&|}],";

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Whether `text` is what `pattern` says, with any text for each '*'.
bool matches_wildcards(std::string_view pattern, std::string_view text) {
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool compare(Comparison::Kind kind, double a, double b) {
  switch (kind) {
    case Comparison::Kind::equal: return a == b;
    case Comparison::Kind::not_equal: return a != b;
    case Comparison::Kind::less: return a < b;
    case Comparison::Kind::less_equal: return a <= b;
    case Comparison::Kind::greater: return a > b;
    case Comparison::Kind::greater_equal: return a >= b;
    default: return false;
  }
}

class Parser {
 public:
  Parser(Scanner& scanner, SubjectForm form) : scanner_(scanner), form_(form) {}

  Result<Expression> any_of(int depth) {
    if (depth > kDepthMax) return scanner_.error("fewer parentheses within each other");
    return joined(Expression::Kind::any, "||", depth);
  }

 private:
  Result<Expression> joined(Expression::Kind kind, std::string_view token, int depth) {
    Expression whole{.kind = kind, .parts = {}, .subject = {}, .comparison = {}};
    do {
      TRIBUTARY_TRY(Expression part, kind == Expression::Kind::any
                                         ? joined(Expression::Kind::all, "&&", depth)
                                         : one(depth));
      whole.parts.push_back(std::move(part));
    } while (scanner_.accept(token));
    if (whole.parts.size() > 1) return whole;
    Expression only = std::move(whole.parts.front());
    return only;
  }

  Result<Expression> one(int depth) {
    if (!scanner_.accept("(")) return comparison();
    TRIBUTARY_TRY(Expression inner, any_of(depth + 1));
    if (!scanner_.accept(")")) return scanner_.error("\")\"");
    return inner;
  }

  Result<Expression> comparison() {
    Expression out;
    if (auto read = subject(out.subject); !read) return read.error();
    using enum Comparison::Kind;
    static constexpr std::array<std::pair<std::string_view, Comparison::Kind>, 6> kOperators = {
        {{"!=", not_equal},
         {"<=", less_equal},
         {">=", greater_equal},
         {"=", equal},
         {"<", less},
         {">", greater}}};
    for (const auto& [token, kind] : kOperators) {
      if (!scanner_.accept(token)) continue;
      out.comparison.kind = kind;
      if (auto read = value(out.comparison); !read) return read.error();
      return out;
    }
    TRIBUTARY_TRY(out.comparison.kind, keyword());
    return out;
  }

  Result<Comparison::Kind> keyword() {
    if (scanner_.accept_word("EXISTS")) return Comparison::Kind::exists;
    if (scanner_.accept_word("NOT") && scanner_.accept_word("EXISTS"))
      return Comparison::Kind::not_exists;
    if (scanner_.accept_word("IS")) {
      if (scanner_.accept_word("NULL")) return Comparison::Kind::is_null;
      if (scanner_.accept_word("TRUE")) return Comparison::Kind::is_true;
      if (scanner_.accept_word("FALSE")) return Comparison::Kind::is_false;
    }
    return scanner_.error("=, !=, <, <=, >, >=, IS or EXISTS");
  }

  Result<void> value(Comparison& out) {
    scanner_.skip_blanks();
    if (scanner_.accept("%")) {
      TRIBUTARY_TRY(out.pattern, scanner_.take_pattern());
    } else if (scanner_.accept("\"")) {
      TRIBUTARY_TRY(out.text, scanner_.take_quoted('"'));
    } else {
      if (scanner_.peek() == '=') return scanner_.error("a value");
      out.text = scanner_.take_until(kValueEnds);
      if (out.text.empty()) return scanner_.error("a value");
      out.number = to_number(out.text);
    }
    const bool by_size =
        out.kind != Comparison::Kind::equal && out.kind != Comparison::Kind::not_equal;
    if (by_size && !out.number) return scanner_.error("a number to compare with");
    return {};
  }

  Result<void> subject(std::vector<Step>& steps) {
    scanner_.skip_blanks();
    if (form_ == SubjectForm::name) {
      steps.push_back({.key = scanner_.take_until(" \t\r\n=!<>()&|,]"), .index = {}});
      return steps.back().key.empty() ? Result<void>(scanner_.error("a field's name"))
                                      : Result<void>();
    }
    if (!scanner_.accept("$")) return scanner_.error("a selector such as $.level");
    while (scanner_.peek() == '.' || scanner_.peek() == '[') {
      TRIBUTARY_TRY(Step step, scanner_.accept(".") ? member() : element());
      steps.push_back(std::move(step));
    }
    return {};
  }

  Result<Step> member() {
    if (scanner_.accept("*")) return Step{.key = {}, .index = {}, .is_any = true};
    Step step{.key = scanner_.take_until(" \t\r\n=!<>()&|.[]{},"), .index = {}};
    if (step.key.empty()) return scanner_.error("a key");
    return step;
  }

  Result<Step> element() {
    scanner_.accept("[");
    Step step;
    if (scanner_.accept("*")) {
      step.is_any = true;
    } else if (scanner_.accept("\"")) {
      TRIBUTARY_TRY(step.key, scanner_.take_quoted('"'));
    } else if (scanner_.accept("'")) {
      TRIBUTARY_TRY(step.key, scanner_.take_quoted('\''));
    } else {
      step.index = parse_uint64(scanner_.take_until(" ]"));
      if (!step.index) return scanner_.error("an index");
    }
    if (!scanner_.accept("]")) return scanner_.error("\"]\"");
    return step;
  }

  Scanner& scanner_;
  SubjectForm form_;
};

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text) {
  constexpr std::string_view kSigns = R"(:_#=@/;,-^$?[]{}|\*+.)";
  const bool allowed = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_word(c) || kSigns.find(c) != std::string_view::npos;
  });
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemory);
  auto regex =
      std::make_shared<const re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (allowed && regex->ok()) return Pattern(std::move(regex));
  return Error(Code::invalid_argument,
               "Invalid filter pattern: the regular expression " + json_string(text) +
                   (regex->ok() ? " is not supported" : ": " + regex->error()));
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

void Scanner::skip_blanks() {
  while (!at_end() && kBlanks.find(text_[at_]) != std::string_view::npos) ++at_;
}

bool Scanner::accept(std::string_view token) {
  const std::size_t before = at_;
  skip_blanks();
  if (text_.substr(at_).starts_with(token)) {
    at_ += token.size();
    return true;
  }
  at_ = before;
  return false;
}

bool Scanner::accept_word(std::string_view word) {
  const std::size_t before = at_;
  if (accept(word) && !is_word(peek())) return true;
  at_ = before;
  return false;
}

std::string Scanner::take_until(std::string_view stops) {
  const std::size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
  const std::size_t begin = std::exchange(at_, end);
  return std::string(text_.substr(begin, end - begin));
}

Result<std::string> Scanner::take_quoted(char quote) {
  std::string out;
  for (; !at_end(); ++at_) {
    if (text_[at_] == quote) {
      ++at_;
      return out;
    }
    const bool escapes = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                         (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
    if (escapes) ++at_;
    out += text_[at_];
  }
  return error("a closing quote");
}

Result<Pattern> Scanner::take_pattern() {
  const std::size_t end = text_.find('%', at_);
  if (end == std::string_view::npos) return error("a closing \"%\"");
  if (++regexes_ > kRegexesMax) return error("at most 2 regular expressions");
  const std::string_view regex = text_.substr(at_, end - at_);
  at_ = end + 1;
  return Pattern::compile(regex);
}

Error Scanner::error(std::string_view wanted) const {
  constexpr std::size_t kShown = 20;
  return Error(Code::invalid_argument,
               "Invalid filter pattern: wanted " + std::string(wanted) + ", got " +
                   (at_end() ? "its end" : json_string(text_.substr(at_, kShown))) +
                   " at character " + std::to_string(at_ + 1));
}

bool Comparison::equals_text(std::string_view value) const {
  return pattern ? pattern->matches(value) : matches_wildcards(text, value);
}

bool Comparison::holds_for(std::string_view value) const {
  const auto actual = number ? to_number(value) : std::nullopt;
  if (actual) return compare(kind, *actual, *number);
  if (kind == Kind::equal) return equals_text(value);
  return kind == Kind::not_equal && !equals_text(value);
}

bool Expression::holds(const std::function<bool(const Expression& comparison)>& test) const {
  const auto part_holds = [&](const Expression& part) { return part.holds(test); };
  switch (kind) {
    case Kind::all: return std::all_of(parts.begin(), parts.end(), part_holds);
    case Kind::any: return std::any_of(parts.begin(), parts.end(), part_holds);
    case Kind::comparison: return test(*this);
  }
  return false;
}

Result<Expression> parse_expression(Scanner& scanner, SubjectForm form) {
  return Parser(scanner, form).any_of(0);
}

std::optional<double> to_number(std::string_view text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool digits = !text.empty() && text.find_first_not_of("0123456789+-.eE") == text.npos;
  if (!digits || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace tributary::lab::logs
