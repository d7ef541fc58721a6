#include "promql/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace tributary::promql {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_alpha(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 14> kAggregators = {
    "sum",    "avg",  "count",   "min",      "max",          "group",  "stddev",
    "stdvar", "topk", "bottomk", "quantile", "count_values", "limitk", "limit_ratio"};
constexpr std::array<std::string_view, 10> kKeywords = {
    "offset",     "by",          "without", "on",    "ignoring",
    "group_left", "group_right", "bool",    "start", "end"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The first character of `text` as a whole, however many bytes it has.
std::string_view first_character(std::string_view text) {
  std::size_t size = text.empty() ? 0 : 1;
  while (size > 0 && size < text.size() && !begins_character(text[size])) ++size;
  return text.substr(0, size);
}

std::string_view kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier: return "identifier ";
    case TokenKind::metric_identifier: return "metric identifier ";
    case TokenKind::number: return "number ";
    case TokenKind::duration: return "duration ";
    case TokenKind::string: return "string ";
    default: return "";
  }
}

bool is_operator(TokenKind kind) {
  return kind == TokenKind::not_equal || (kind >= TokenKind::add && kind <= TokenKind::atan2);
}

}  // namespace

std::string describe(const Token& token) {
  if (token.kind == TokenKind::end) return "end of input";
  if (token.kind == TokenKind::error) return token.text;
  if (token.kind == TokenKind::keyword) return "<" + to_lower(token.text) + ">";
  if (token.kind == TokenKind::aggregator) return "<aggr:" + token.text + ">";
  if (is_operator(token.kind)) return "<op:" + token.text + ">";
  std::string out(kind_name(token.kind));
  constexpr std::size_t kShown = 10;
  if (token.text.size() > kShown) return out + json_string(token.text.substr(0, kShown)) + "...";
  return out + json_string(token.text);
}

Token Lexer::make(TokenKind kind, std::size_t size) {
  at_ += size;
  return {kind, start_, at_, std::string(input_.substr(start_, at_ - start_))};
}

Token Lexer::fail(std::string what) {
  failed_ = true;
  failure_ = {TokenKind::error, start_, std::min(at_ + 1, input_.size()), std::move(what)};
  return failure_;
}

std::string Lexer::peek_quoted() const {
  return "'" + std::string(first_character(input_.substr(at_))) + "'";
}

void Lexer::skip_space_and_comments() {
  while (!at_end()) {
    if (is_space(peek())) {
      ++at_;
    } else if (peek() == '#') {
      while (!at_end() && peek() != '\n') ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  if (failed_) return failure_;
  skip_space_and_comments();
  start_ = at_;
  if (at_end()) return at_input_end();
  return in_braces_ ? next_in_braces() : next_outside();
}

Token Lexer::at_input_end() {
  if (in_braces_) return fail("unexpected end of input inside braces");
  if (in_brackets_) return fail("unclosed left bracket");
  if (parens_ > 0) return fail("unclosed left parenthesis");
  return {TokenKind::end, at_, at_, ""};
}

Token Lexer::next_in_braces() {
  const char c = peek();
  if (is_alpha(c)) {
    std::size_t size = 1;
    while (is_word(peek(size))) ++size;
    return make(TokenKind::identifier, size);
  }
  switch (c) {
    case ',': return make(TokenKind::comma, 1);
    case '"':
    case '\'':
    case '`': return string_token();
    case '=': return peek(1) == '~' ? make(TokenKind::equal_regex, 2) : make(TokenKind::equal, 1);
    case '!':
      if (peek(1) == '~') return make(TokenKind::not_regex, 2);
      if (peek(1) == '=') return make(TokenKind::not_equal, 2);
      ++at_;
      if (at_end()) return fail("unexpected character after '!' inside braces: ''");
      return fail("unexpected character after '!' inside braces: " + peek_quoted());
    case '{': return fail("unexpected left brace '{'");
    case '}': in_braces_ = false; return make(TokenKind::right_brace, 1);
    default: return fail("unexpected character inside braces: " + peek_quoted());
  }
}

Token Lexer::next_outside() {
  const char c = peek();
  switch (c) {
    case ',': return make(TokenKind::comma, 1);
    case '"':
    case '\'':
    case '`': return string_token();
    case '(': ++parens_; return make(TokenKind::left_paren, 1);
    case ')':
      if (parens_ == 0) {
        ++start_;
        return fail("unexpected right parenthesis ')'");
      }
      --parens_;
      return make(TokenKind::right_paren, 1);
    case '{': in_braces_ = true; return make(TokenKind::left_brace, 1);
    case '[':
      if (in_brackets_) return fail("unexpected left bracket '['");
      in_brackets_ = true;
      return make(TokenKind::left_bracket, 1);
    case ']':
      if (!in_brackets_) return fail("unexpected right bracket ']'");
      in_brackets_ = false;
      return make(TokenKind::right_bracket, 1);
    case ':':
      if (in_brackets_) return make(TokenKind::colon, 1);
      if (is_alpha(peek(1))) return word();
      return fail("unexpected character: ':'");
    default: break;
  }
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_duration();
  if (is_alpha(c)) return word();
  return operator_token();
}

Token Lexer::operator_token() {
  const char c = peek();
  const char after = peek(1);
  switch (c) {
    case '@': return make(TokenKind::at, 1);
    case '+': return make(TokenKind::add, 1);
    case '-': return make(TokenKind::subtract, 1);
    case '*': return make(TokenKind::multiply, 1);
    case '/': return make(TokenKind::divide, 1);
    case '%': return make(TokenKind::modulo, 1);
    case '^': return make(TokenKind::power, 1);
    case '=':
      if (after == '=') return make(TokenKind::equal_equal, 2);
      if (after == '~') {
        ++at_;
        return fail("unexpected character after '=': '~'");
      }
      return make(TokenKind::equal, 1);
    case '!':
      if (after == '=') return make(TokenKind::not_equal, 2);
      ++at_;
      return fail("unexpected character after '!': " + peek_quoted());
    case '<': return after == '=' ? make(TokenKind::less_equal, 2) : make(TokenKind::less, 1);
    case '>': return after == '=' ? make(TokenKind::greater_equal, 2) : make(TokenKind::greater, 1);
    default: return fail("unexpected character: " + peek_quoted());
  }
}

Token Lexer::string_token() {
  const char quote = peek();
  std::size_t size = 1;
  while (true) {
    if (at_ + size >= input_.size()) {
      return fail(quote == '`' ? "unterminated raw string" : "unterminated quoted string");
    }
    const char c = peek(size);
    if (c == quote) break;
    if (quote != '`' && c == '\n') return fail("unterminated quoted string");
    size += quote != '`' && c == '\\' ? 2 : 1;
  }
  return make(TokenKind::string, size + 1);
}

Token Lexer::number_or_duration() {
  std::size_t size = 0;
  const auto digits = [&](bool hex) {
    while (is_digit(peek(size)) || peek(size) == '_' ||
           (hex && std::isxdigit(static_cast<unsigned char>(peek(size))) != 0)) {
      ++size;
    }
  };
  const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
  if (hex) size = 2;
  digits(hex);
  if (!hex) {
    if (peek(size) == '.') {
      ++size;
      digits(false);
    }
    if (peek(size) == 'e' || peek(size) == 'E') {
      ++size;
      if (peek(size) == '+' || peek(size) == '-') ++size;
      digits(false);
    }
  }
  if (!is_word(peek(size))) return make(TokenKind::number, size);

  // Not a number: digits and units in turn, then.
  size = 0;
  bool whole = true;
  while (is_digit(peek(size))) {
    digits(false);
    const std::size_t unit = size;
    if (peek(size) == 'm' && peek(size + 1) == 's') {
      size += 2;
    } else if (std::string_view("smhdwy").find(peek(size)) != std::string_view::npos &&
               peek(size) != '\0') {
      ++size;
    }
    whole = size > unit;
    if (!whole) break;
  }
  if (whole && !is_word(peek(size))) return make(TokenKind::duration, size);
  while (is_word(peek(size))) ++size;
  at_ += size;
  return fail("bad number or duration syntax: " + json_string(input_.substr(start_, at_ - start_)));
}

Token Lexer::word() {
  std::size_t size = 1;
  while (is_word(peek(size)) || peek(size) == ':') ++size;
  Token token = make(TokenKind::identifier, size);
  const std::string lower = to_lower(token.text);
  if (token.text.find(':') != std::string::npos) {
    token.kind = TokenKind::metric_identifier;
  } else if (lower == "and" || lower == "or" || lower == "unless") {
    token.kind = TokenKind::set_operator;
  } else if (lower == "atan2") {
    token.kind = TokenKind::atan2;
  } else if (lower == "inf" || lower == "nan") {
    token.kind = TokenKind::number;
  } else if (contains(kKeywords, lower)) {
    token.kind = TokenKind::keyword;
  } else if (contains(kAggregators, lower)) {
    token.kind = TokenKind::aggregator;
  }
  return token;
}

}  // namespace tributary::promql
