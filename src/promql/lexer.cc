#include "promql/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_alpha(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Word {
  std::string_view text;
  TokenKind kind;
};

constexpr std::array<Word, 25> kWords = {{{"and", TokenKind::set_and},
                                          {"or", TokenKind::set_or},
                                          {"unless", TokenKind::set_unless},
                                          {"atan2", TokenKind::atan2},
                                          {"offset", TokenKind::offset},
                                          {"smoothed", TokenKind::smoothed},
                                          {"anchored", TokenKind::anchored},
                                          {"by", TokenKind::by},
                                          {"without", TokenKind::without},
                                          {"on", TokenKind::on},
                                          {"ignoring", TokenKind::ignoring},
                                          {"group_left", TokenKind::group_left},
                                          {"group_right", TokenKind::group_right},
                                          {"fill", TokenKind::fill},
                                          {"fill_left", TokenKind::fill_left},
                                          {"fill_right", TokenKind::fill_right},
                                          {"bool", TokenKind::bool_modifier},
                                          {"start", TokenKind::start_word},
                                          {"end", TokenKind::end_word},
                                          {"inf", TokenKind::number},
                                          {"nan", TokenKind::number},
                                          {"step", TokenKind::step_word},
                                          {"range", TokenKind::range_word},
                                          {"max_of", TokenKind::max_of_word},
                                          {"min_of", TokenKind::min_of_word}}};
constexpr std::size_t kDurationWords = 4;  // at the end of kWords

TokenKind kind_of_word(std::string_view lower) {
  for (const Word& word : kWords) {
    if (word.text == lower) return word.kind;
  }
  for (Aggregator op = Aggregator::sum; op <= Aggregator::limit_ratio;
       op = static_cast<Aggregator>(static_cast<int>(op) + 1)) {
    if (to_string(op) == lower) return TokenKind::aggregator;
  }
  return TokenKind::identifier;
}

bool is_operator(TokenKind kind) { return kind >= TokenKind::add && kind <= TokenKind::at; }
bool is_keyword(TokenKind kind) {
  return kind >= TokenKind::bool_modifier && kind <= TokenKind::smoothed;
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

// At most the first ten characters of `text`.
std::string_view shown(std::string_view text) {
  std::size_t size = 0;
  for (unsigned i = 0; i < 10 && size < text.size(); ++i)
    size += decode_rune(text.substr(size)).size;
  return text.substr(0, size);
}

}  // namespace

BinaryOperator binary_operator(TokenKind kind) {
  return static_cast<BinaryOperator>(static_cast<int>(kind) - static_cast<int>(TokenKind::add));
}

Aggregator aggregator(std::string_view word) {
  const std::string lower = to_lower(word);
  Aggregator op = Aggregator::sum;
  while (op < Aggregator::limit_ratio && to_string(op) != lower) {
    op = static_cast<Aggregator>(static_cast<int>(op) + 1);
  }
  return op;
}

std::string describe(const Token& token) {
  const std::string text(token.text);
  if (token.kind == TokenKind::end) return "end of input";
  if (is_keyword(token.kind)) return "<" + text + ">";
  if (is_operator(token.kind)) return "<op:" + text + ">";
  if (token.kind == TokenKind::aggregator) return "<aggr:" + text + ">";
  const std::string kind(kind_name(token.kind));
  const bool whole = text.size() <= 10 || token.kind == TokenKind::identifier ||
                     token.kind == TokenKind::metric_identifier;
  return whole ? kind + quote(text) : kind + quote(shown(text)) + "...";
}

char32_t Lexer::rune_at(std::size_t at) const {
  return at < input_.size() ? decode_rune(input_.substr(at)).value : kReplacementRune;
}

bool Lexer::is(std::string_view valid) const {
  return !at_end() && valid.find(input_[at_]) != std::string_view::npos;
}

bool Lexer::accept(std::string_view valid) {
  if (!is(valid)) return false;
  ++at_;
  return true;
}

void Lexer::skip_spaces() {
  while (!at_end() && is_space(peek())) ++at_;
}

void Lexer::skip_spaces_and_comments() {
  skip_spaces();
  while (peek() == '#') {
    while (!at_end() && peek() != '\n' && peek() != '\r') ++at_;
    skip_spaces();
  }
}

Token Lexer::make(TokenKind kind, std::size_t size) {
  at_ += size;
  return {kind, {start_, at_}, input_.substr(start_, at_ - start_)};
}

Token Lexer::fail(std::string what) {
  failure_ = std::move(what);
  return {TokenKind::error, {start_, input_.size()}, input_.substr(start_)};
}

Token Lexer::next() {
  if (in_duration_) {
    skip_spaces();
    start_ = at_;
    return next_in_duration();
  }
  skip_spaces_and_comments();
  start_ = at_;
  if (at_end()) return at_input_end();
  return in_braces_ ? next_in_braces() : next_outside();
}

Token Lexer::at_input_end() {
  if (in_braces_) return fail("unexpected end of input inside braces");
  if (parens_ > 0) return fail("unclosed left parenthesis");
  if (in_brackets_) return fail("unclosed left bracket");
  return make(TokenKind::end);
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
    case '\'': return string_token();
    case '`': return raw_string_token();
    case '=': return peek(1) == '~' ? make(TokenKind::regex, 2) : make(TokenKind::assign, 1);
    case '!': return not_sign();
    case '{': return fail("unexpected left brace '{'");
    case '}': in_braces_ = false; return make(TokenKind::right_brace, 1);
    default: return fail("unexpected character inside braces: " + quote_rune(rune_at(at_)));
  }
}

Token Lexer::not_sign() {
  if (peek(1) == '=') return make(TokenKind::not_equal, 2);
  if (in_braces_ && peek(1) == '~') return make(TokenKind::not_regex, 2);
  const std::string_view where = in_braces_ ? " inside braces" : "";
  return fail("unexpected character after '!'" + std::string(where) + ": " +
              quote_rune(rune_at(at_ + 1)));
}

Token Lexer::next_outside() {
  const char c = peek();
  switch (c) {
    case '"':
    case '\'': return string_token();
    case '`': return raw_string_token();
    case '(': ++parens_; return make(TokenKind::left_paren, 1);
    case ')': return right_paren();
    case '{': in_braces_ = true; return make(TokenKind::left_brace, 1);
    case '[': return left_bracket();
    case ']':
      if (!in_brackets_) return fail("unexpected right bracket ']'");
      in_brackets_ = false;
      return make(TokenKind::right_bracket, 1);
    default: break;
  }
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_duration();
  if (is_alpha(c) || c == ':') return in_brackets_ ? colon_or_word_in_brackets() : word();
  return symbol();
}

Token Lexer::right_paren() {
  if (parens_ > 0) {
    --parens_;
    return make(TokenKind::right_paren, 1);
  }
  start_ = ++at_;
  return fail("unexpected right parenthesis ')'");
}

Token Lexer::left_bracket() {
  if (in_brackets_) return fail("unexpected left bracket '['");
  in_brackets_ = true;
  in_duration_ = true;
  seen_colon_ = false;
  return make(TokenKind::left_bracket, 1);
}

Token Lexer::symbol() {
  const char after = peek(1);
  switch (peek()) {
    case ',': return make(TokenKind::comma, 1);
    case '@': return make(TokenKind::at, 1);
    case '+': return make(TokenKind::add, 1);
    case '-': return make(TokenKind::subtract, 1);
    case '*': return make(TokenKind::multiply, 1);
    case '/': return make(TokenKind::divide, 1);
    case '%': return make(TokenKind::modulo, 1);
    case '^': return make(TokenKind::power, 1);
    case '=':
      if (after == '=') return make(TokenKind::equal, 2);
      if (after == '~') return fail("unexpected character after '=': '~'");
      return make(TokenKind::assign, 1);
    case '!': return not_sign();
    case '<':
      if (after == '=') return make(TokenKind::less_equal, 2);
      return after == '/' ? make(TokenKind::trim_upper, 2) : make(TokenKind::less, 1);
    case '>':
      if (after == '=') return make(TokenKind::greater_equal, 2);
      return after == '/' ? make(TokenKind::trim_lower, 2) : make(TokenKind::greater, 1);
    default: return fail("unexpected character: " + quote_rune(rune_at(at_)));
  }
}

// In brackets and after a number.
Token Lexer::colon_or_word_in_brackets() {
  const std::string shown = quote_rune(rune_at(at_));
  if (peek() != ':') return duration_word("unexpected character: " + shown + ", expected ':'");
  if (seen_colon_) return fail("unexpected colon " + shown);
  seen_colon_ = true;
  return make(TokenKind::colon, 1);
}

Token Lexer::duration_word(std::string what_if_none) {
  std::size_t size = 0;
  while (is_alpha(peek(size))) ++size;
  const std::string lower = to_lower(input_.substr(at_, size));
  for (std::size_t i = kWords.size() - kDurationWords; i < kWords.size(); ++i) {
    if (kWords[i].text == lower) return make(kWords[i].kind, size);
  }
  return fail(std::move(what_if_none));
}

Token Lexer::next_in_duration() {
  if (at_end()) return fail("unexpected end of input in duration expression");
  const char c = peek();
  switch (c) {
    case ']':
      in_brackets_ = false;
      in_duration_ = false;
      return make(TokenKind::right_bracket, 1);
    case ':':
      if (!seen_duration_ || seen_colon_) {
        start_ = ++at_;
        return fail(seen_duration_ ? "unexpected repeated colon in duration expression"
                                   : "unexpected colon before duration in duration expression");
      }
      seen_colon_ = true;
      return make(TokenKind::colon, 1);
    case '(': ++parens_; return make(TokenKind::left_paren, 1);
    case ')': return right_paren();
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case ',': return symbol();
    default: break;
  }
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
    seen_duration_ = true;
    in_duration_ = false;
    return number_or_duration();
  }
  return duration_word("unexpected character in duration expression: " + quote_rune(rune_at(at_)));
}

Token Lexer::string_token() {
  const char quote = input_[at_++];
  while (!at_end() && peek() != '\n') {
    const Rune rune = decode_rune(input_.substr(at_));
    if (rune.value == kReplacementRune) return fail("invalid UTF-8 rune");
    at_ += rune.size;
    if (rune.value == static_cast<unsigned char>(quote)) return make(TokenKind::string);
    if (rune.value != '\\') continue;
    std::string what = escape_failure(quote);
    if (!what.empty()) return fail(std::move(what));
  }
  return fail("unterminated quoted string");
}

Token Lexer::raw_string_token() {
  ++at_;
  while (!at_end()) {
    const Rune rune = decode_rune(input_.substr(at_));
    if (rune.value == kReplacementRune) return fail("invalid UTF-8 rune");
    at_ += rune.size;
    if (rune.value == '`') return make(TokenKind::string);
  }
  return fail("unterminated raw string");
}

// Passes over what follows a backslash; what is wrong with it, or "".
std::string Lexer::escape_failure(char quote) {
  constexpr std::string_view kUnterminated = "escape sequence not terminated";
  if (at_end()) return std::string(kUnterminated);
  if (peek() == quote || is("abfnrtv\\")) {
    ++at_;
    return "";
  }
  unsigned digits = 3;
  unsigned base = 8;
  std::uint32_t max = 255;
  if (is("xuU")) {
    const char kind = input_[at_++];
    digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
    base = 16;
    max = kind == 'x' ? 255 : 0x10ffff;
  } else if (!is("01234567")) {
    return "unknown escape sequence " + describe_rune(rune_at(at_));
  }
  std::uint32_t value = 0;
  for (; digits > 0; --digits, ++at_) {
    if (at_end()) return std::string(kUnterminated);
    const std::size_t digit = kHexDigits.find(peek());
    const std::size_t number = digit < 16 ? digit : digit - 6;  // A-F come after a-f
    if (digit == std::string_view::npos || number >= base) {
      return "illegal character " + describe_rune(rune_at(at_)) + " in escape sequence";
    }
    value = value * base + static_cast<std::uint32_t>(number);
  }
  if (value > max || (value >= 0xd800 && value < 0xe000)) {
    return "escape sequence is an invalid Unicode code point";
  }
  return "";
}

Token Lexer::number_or_duration() {
  if (scan_number()) return make(TokenKind::number);
  if (scan_duration()) return make(TokenKind::duration);
  return fail("bad number or duration syntax: " + quote(input_.substr(start_, at_ - start_)));
}

// Takes what may be part of a number; not all of it is one, the parser sees to that. Where it
// cannot be a number, stops in it: the rest may make a duration.
bool Lexer::scan_number() {
  std::string_view digits = kDigits;
  if (accept("0") && accept("xX")) {
    accept("_");
    digits = kHexDigits;
  }
  accept(".");
  accept(digits);
  bool dot_seen = false;
  bool exponent_seen = false;
  while (is(digits) || is("._eE")) {
    if (is(".")) {
      if (dot_seen || digits == kHexDigits) {
        ++at_;
        if (!dot_seen) accept("_.");
        return false;
      }
      dot_seen = true;
      ++at_;
      if (accept("_.")) return false;
    } else if (is("_eE")) {
      if (!scan_exponent_or_underscore(exponent_seen)) return false;
    } else {
      while (accept(digits)) {
      }
    }
  }
  return at_ > start_ && !is_word(peek());
}

bool Lexer::scan_exponent_or_underscore(bool& exponent_seen) {
  const bool exponent = !is("_");
  ++at_;
  if (exponent) {
    if (exponent_seen) return false;
    exponent_seen = true;
    accept("+-");
  }
  return !accept("._eE") && !at_end();
}

// After digits: a unit, then more digits with units.
bool Lexer::scan_duration() {
  if (!accept("smhdwy")) return false;
  accept("s");
  while (accept(kDigits)) {
    while (accept(kDigits)) {
    }
    if (!accept("smhdw")) return false;
    accept("s");
  }
  if (!is_word(peek())) return true;
  ++at_;
  return false;
}

Token Lexer::word() {
  std::size_t size = 1;
  while (is_word(peek(size)) || peek(size) == ':') ++size;
  const Token token = make(TokenKind::identifier, size);
  if (token.text.find(':') != std::string_view::npos) {
    return {TokenKind::metric_identifier, token.position, token.text};
  }
  const TokenKind kind = kind_of_word(to_lower(token.text));
  if (kind == TokenKind::fill || kind == TokenKind::fill_left || kind == TokenKind::fill_right) {
    // A name, too, where no value follows.
    std::size_t ahead = 0;
    while (is_space(peek(ahead))) ++ahead;
    if (peek(ahead) != '(') return token;
  }
  return {kind, token.position, token.text};
}

}  // namespace tributary::promql
