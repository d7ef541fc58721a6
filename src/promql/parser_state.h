// What all parts of the parser share: the next token, the first error, the limits.
//
// Prometheus names the first error of an expression in the order in which its tables run into them;
// so tokens are read one at a time and not before they are needed.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "promql/lexer.h"
#include "promql/parser.h"

namespace tributary::promql {

// `1:4: parse error: <message>` where `position` begins at the fourth byte of the first line.
Error parse_error(std::string_view text, Position position, std::string_view message);

class ParserState {
 public:
  ParserState(std::string_view text, const Features& features)
      : text_(text), features_(features), lexer_(text) {}

  std::string_view text() const { return text_; }
  const Features& features() const { return features_; }

  const Token& peek();
  Token take();
  bool at(TokenKind kind) { return peek().kind == kind; }
  // The end of the last token taken.
  std::size_t last_end() const { return last_end_; }

  // All three answer the first error there was, be it an earlier one.
  Error failure(Position position, std::string_view message);
  Error unexpected(std::string_view context, std::string_view expected);
  Error unexpected();  // in the innermost Context

  // While it lives, an unexpected token is reported "in <context>, expected <expected>".
  class Context {
   public:
    Context(ParserState& state, std::string_view context, std::string_view expected);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

   private:
    ParserState& state_;
    const std::string_view outer_context_;
    const std::string_view outer_expected_;
  };

  // One more level inside others, as long as it lives; not `ok` beyond the limit.
  class Level {
   public:
    explicit Level(ParserState& state) : state_(state) { ++state_.depth_; }
    ~Level() { --state_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    bool ok() const { return state_.depth_ <= kExpressionDepthMax; }

   private:
    ParserState& state_;
  };
  Error too_deep();
  Result<void> count_operator();

 private:
  const std::string_view text_;
  const Features& features_;
  Lexer lexer_;
  std::optional<Token> next_;
  std::optional<Error> first_error_;
  std::size_t last_end_ = 0;
  std::string_view context_;
  std::string_view expected_;
  unsigned depth_ = 0;
  unsigned operators_ = 0;
};

}  // namespace tributary::promql
