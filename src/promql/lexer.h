// Cuts a PromQL expression into tokens. What is a token depends on where it stands: inside braces
// names have no colon and no word is a keyword, inside brackets only durations, their operators and
// a colon are known. Comments and spaces are skipped.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "promql/ast.h"

namespace tributary::promql {

enum class TokenKind : std::uint8_t {
  end,
  error,
  identifier,
  metric_identifier,  // with a colon in it
  number,
  duration,
  string,  // with its quotes
  left_paren,
  right_paren,
  left_brace,
  right_brace,
  left_bracket,
  right_bracket,
  comma,
  colon,
  assign,  // = of a matcher

  // Operators. The binary ones are in BinaryOperator's order.
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  atan2,
  trim_upper,
  trim_lower,
  equal,
  not_equal,  // also of a matcher
  less,
  less_equal,
  greater,
  greater_equal,
  set_and,
  set_or,
  set_unless,
  regex,
  not_regex,
  at,

  aggregator,  // sum, topk, ...

  // Keywords.
  bool_modifier,
  by,
  without,
  on,
  ignoring,
  group_left,
  group_right,
  fill,
  fill_left,
  fill_right,
  offset,
  anchored,
  smoothed,

  // Words that are a function, a name or part of a duration.
  start_word,
  end_word,
  step_word,
  range_word,
  max_of_word,
  min_of_word,
};

inline bool is_binary_operator(TokenKind kind) {
  return kind >= TokenKind::add && kind <= TokenKind::set_unless;
}
BinaryOperator binary_operator(TokenKind kind);
Aggregator aggregator(std::string_view word);  // of a token `aggregator`

struct Token {
  TokenKind kind = TokenKind::end;
  Position position;
  std::string_view text;  // of the expression
};

// As Prometheus names a token in "unexpected ...".
std::string describe(const Token& token);

class Lexer {
 public:
  // `input` outlives the lexer and its tokens.
  explicit Lexer(std::string_view input) : input_(input) {}

  // After an error there are no more tokens.
  Token next();
  // What is wrong, in Prometheus' words, after a token `error`.
  const std::string& failure() const { return failure_; }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < input_.size() ? input_[at_ + ahead] : '\0';
  }
  bool at_end() const { return at_ >= input_.size(); }
  char32_t rune_at(std::size_t at) const;
  bool accept(std::string_view valid);
  bool is(std::string_view valid) const;

  void skip_spaces();
  void skip_spaces_and_comments();
  Token make(TokenKind kind, std::size_t size = 0);
  Token fail(std::string what);

  Token next_outside();
  Token next_in_braces();
  Token next_in_duration();
  Token at_input_end();
  Token symbol();
  Token not_sign();
  Token right_paren();
  Token left_bracket();
  Token colon_or_word_in_brackets();
  Token duration_word(std::string what_if_none);
  Token string_token();
  Token raw_string_token();
  std::string escape_failure(char quote);
  Token number_or_duration();
  bool scan_number();
  bool scan_exponent_or_underscore(bool& exponent_seen);
  bool scan_duration();
  Token word();

  std::string_view input_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  unsigned parens_ = 0;
  bool in_braces_ = false;
  bool in_brackets_ = false;
  bool in_duration_ = false;    // in brackets, before the first number
  bool seen_colon_ = false;     // in these brackets
  bool seen_duration_ = false;  // in any brackets so far
  std::string failure_;
};

}  // namespace tributary::promql
