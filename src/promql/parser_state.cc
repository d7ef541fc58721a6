#include "promql/parser_state.h"

#include <algorithm>

namespace tributary::promql {

Error parse_error(std::string_view text, Position position, std::string_view message) {
  const std::string what = ": parse error: " + std::string(message);
  if (text.empty()) return Error(Code::invalid_argument, "unknown position" + what);
  const std::string_view before = text.substr(0, position.begin);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  // Without a line break before it, npos + 1 is the first byte.
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return Error(Code::invalid_argument, std::to_string(line) + ":" + std::to_string(column) + what);
}

const Token& ParserState::peek() {
  if (!next_) {
    next_ = lexer_.next();
    if (next_->kind == TokenKind::error) {
      static_cast<void>(failure(next_->position, lexer_.failure()));
    }
  }
  return *next_;
}

Token ParserState::take() {
  const Token token = peek();
  next_.reset();
  last_end_ = token.position.end;
  return token;
}

Error ParserState::failure(Position position, std::string_view message) {
  if (!first_error_) first_error_ = parse_error(text_, position, message);
  return *first_error_;
}

Error ParserState::unexpected(std::string_view context, std::string_view expected) {
  const Token& token = peek();
  std::string message = "unexpected " + describe(token);
  if (!context.empty()) message += " in " + std::string(context);
  if (!expected.empty()) message += ", expected " + std::string(expected);
  return failure(token.position, message);
}

Error ParserState::unexpected() { return unexpected(context_, expected_); }

Error ParserState::too_deep() {
  return failure(peek().position, "expression is nested deeper than " +
                                      std::to_string(kExpressionDepthMax) + " levels");
}

Result<void> ParserState::count_operator() {
  if (++operators_ <= kExpressionOperatorsMax) return {};
  return failure(peek().position, "expression has more than " +
                                      std::to_string(kExpressionOperatorsMax) + " operators");
}

ParserState::Context::Context(ParserState& state, std::string_view context,
                              std::string_view expected)
    : state_(state), outer_context_(state.context_), outer_expected_(state.expected_) {
  state_.context_ = context;
  state_.expected_ = expected;
}

ParserState::Context::~Context() {
  state_.context_ = outer_context_;
  state_.expected_ = outer_expected_;
}

}  // namespace tributary::promql
