// Cuts a PromQL expression into tokens. What is a token depends on where it stands: inside braces
// names have no colon and only matching operators are known, inside brackets a colon separates.
//
// Errors are tokens too; their text is that of Prometheus' lexer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::promql {

enum class TokenKind : std::uint8_t {
  end,
  error,  // text: what is wrong
  identifier,
  metric_identifier,  // with a colon in it
  keyword,            // offset, bool, by, ...; any case
  aggregator,         // sum, topk, ...; any case
  number,
  duration,
  string,  // text: with its quotes
  left_paren,
  right_paren,
  left_brace,
  right_brace,
  left_bracket,
  right_bracket,
  comma,
  colon,
  at,
  equal,  // = in braces
  equal_regex,
  not_regex,
  not_equal,  // also the comparison
  add,
  subtract,
  multiply,
  divide,
  modulo,
  power,
  equal_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  set_operator,  // and, or, unless
  atan2,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t begin = 0;  // bytes of the expression
  std::size_t end = 0;
  std::string text;
};

// As Prometheus names a token in "unexpected ...".
std::string describe(const Token& token);

class Lexer {
 public:
  explicit Lexer(std::string_view input) : input_(input) {}

  // After the end or an error: the same again.
  Token next();

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < input_.size() ? input_[at_ + ahead] : '\0';
  }
  bool at_end() const { return at_ >= input_.size(); }
  void skip_space_and_comments();
  Token make(TokenKind kind, std::size_t size);
  Token fail(std::string what);
  std::string peek_quoted() const;  // the character here, in single quotes

  Token next_in_braces();
  Token next_outside();
  Token at_input_end();
  Token operator_token();
  Token string_token();
  Token number_or_duration();
  Token word();

  std::string_view input_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  bool in_braces_ = false;
  bool in_brackets_ = false;
  unsigned parens_ = 0;
  bool failed_ = false;
  Token failure_;
};

}  // namespace tributary::promql
