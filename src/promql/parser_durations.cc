// Durations in brackets and behind offset: plain ones, and the experimental expressions of them.
#include <cmath>
#include <optional>
#include <utility>

#include "promql/number_text.h"
#include "promql/parser_impl.h"

namespace tributary::promql {
namespace {

using Kind = DurationExpression::Kind;

// More seconds than fit 64 bits of nanoseconds.
bool out_of_range(double seconds) {
  constexpr double kSecondsMax = 9223372036854775808.0 / 1e9;
  return seconds < -kSecondsMax || seconds > kSecondsMax;
}

// A number as such, which needs no query to be known.
bool is_plain(const DurationExpression& expression) {
  return expression.kind == Kind::literal && !expression.parenthesised;
}

DurationValue to_value(DurationExpressionPtr expression) {
  DurationValue value;
  if (is_plain(*expression)) {
    value.ms = static_cast<std::int64_t>(std::trunc(std::round(expression->seconds * 1e9) / 1e6));
  } else {
    value.expression = std::move(expression);
  }
  return value;
}

DurationExpressionPtr make_duration(Kind kind, Position position,
                                    DurationExpressionPtr left = nullptr,
                                    DurationExpressionPtr right = nullptr) {
  auto expression = std::make_unique<DurationExpression>();
  expression->kind = kind;
  expression->position = position;
  expression->left = std::move(left);
  expression->right = std::move(right);
  return expression;
}

void parenthesise(DurationExpression& expression, Position position) {
  if (is_plain(expression)) expression.position = position;
  expression.parenthesised = true;
}

Kind operation(TokenKind op) {
  switch (op) {
    case TokenKind::add: return Kind::add;
    case TokenKind::subtract: return Kind::subtract;
    case TokenKind::multiply: return Kind::multiply;
    case TokenKind::divide: return Kind::divide;
    case TokenKind::modulo: return Kind::modulo;
    default: return Kind::power;
  }
}

bool is_duration_operator(TokenKind kind) {
  return kind >= TokenKind::add && kind <= TokenKind::power;
}

bool is_sign(TokenKind kind) { return kind == TokenKind::add || kind == TokenKind::subtract; }

bool is_number(TokenKind kind) { return kind == TokenKind::number || kind == TokenKind::duration; }

}  // namespace

Result<double> Parser::take_number(bool& is_duration) {
  const Token token = state_.take();
  is_duration = token.kind == TokenKind::duration;
  auto value = is_duration ? parse_duration_seconds(token.text) : parse_number(token.text);
  if (!value) return state_.failure(token.position, value.error().message());
  return *value;
}

Result<void> Parser::allow_duration_expression(Position position) {
  if (state_.features().duration_expressions) return {};
  return state_.failure(position, "experimental duration expression is not enabled");
}

Result<DurationValue> Parser::parse_positive_duration() {
  TRIBUTARY_TRY(auto expression, parse_duration(1));
  if (is_plain(*expression) && expression->seconds <= 0) {
    return state_.failure(expression->position, "duration must be greater than 0");
  }
  return to_value(std::move(expression));
}

Result<DurationValue> Parser::parse_offset_duration() {
  TRIBUTARY_TRY(auto expression, parse_offset_expression());
  if (is_plain(*expression) && std::isnan(expression->seconds)) {
    return state_.failure(expression->position, "duration out of range");
  }
  return to_value(std::move(expression));
}

// Behind offset a number, a sign with a number, a call or a sign with parentheses stands alone: in
// `x offset 5m * 2` it is x that is multiplied. Parentheses and signs of signs go on as far as
// there are operators.
Result<DurationExpressionPtr> Parser::parse_offset_expression() {
  switch (state_.peek().kind) {
    case TokenKind::number:
    case TokenKind::duration: return parse_duration_literal();
    case TokenKind::add:
    case TokenKind::subtract: return parse_signed_offset();
    case TokenKind::step_word:
    case TokenKind::range_word:
    case TokenKind::min_of_word:
    case TokenKind::max_of_word: return parse_duration_call({});
    default: return parse_duration(1);
  }
}

Result<DurationExpressionPtr> Parser::parse_signed_offset() {
  const Token sign = state_.take();
  const bool minus = sign.kind == TokenKind::subtract;
  DurationExpressionPtr operand;
  switch (state_.peek().kind) {
    case TokenKind::number:
    case TokenKind::duration: {
      const Position position = state_.peek().position;
      operand = make_duration(Kind::literal, position);
      TRIBUTARY_TRY(operand->seconds, take_number(operand->is_duration));
      return apply_sign(sign, std::move(operand));
    }
    case TokenKind::left_paren: {
      state_.take();
      TRIBUTARY_TRY(operand, parse_duration(1));
      if (!state_.at(TokenKind::right_paren)) return state_.unexpected();
      state_.take();
      const Position position = operand->position;
      parenthesise(*operand, position);
      return minus ? apply_sign(sign, std::move(operand))
                   : make_duration(Kind::plus, position, std::move(operand));
    }
    case TokenKind::add:
    case TokenKind::subtract: {
      TRIBUTARY_TRY(operand, parse_duration(kPowerPrecedence));
      TRIBUTARY_TRY(operand, apply_sign(sign, std::move(operand)));
      return parse_duration_operators(std::move(operand), 1);
    }
    default: {
      TRIBUTARY_TRY(operand, parse_duration_call(sign.position.begin));
      const Position position = {sign.position.begin, operand->position.end};
      return make_duration(minus ? Kind::minus : Kind::plus, position, std::move(operand));
    }
  }
}

Result<DurationExpressionPtr> Parser::parse_duration(unsigned level) {
  const ParserState::Level nested(state_);
  if (!nested.ok()) return state_.too_deep();
  TRIBUTARY_TRY(auto operand, parse_duration_operand());
  return parse_duration_operators(std::move(operand), level);
}

Result<DurationExpressionPtr> Parser::parse_duration_operators(DurationExpressionPtr left,
                                                               unsigned level) {
  while (is_duration_operator(state_.peek().kind) && precedence(state_.peek().kind) >= level) {
    if (auto done = state_.count_operator(); !done) return done.error();
    const Token op = state_.take();
    const unsigned own = precedence(op.kind);
    TRIBUTARY_TRY(auto right, parse_duration(own == kPowerPrecedence ? own : own + 1));
    TRIBUTARY_TRY(left, make_duration_operation(op, std::move(left), std::move(right)));
  }
  return left;
}

Result<DurationExpressionPtr> Parser::make_duration_operation(const Token& op,
                                                              DurationExpressionPtr left,
                                                              DurationExpressionPtr right) {
  if (auto done = allow_duration_expression(left->position); !done) return done.error();
  if (is_plain(*right) && right->seconds == 0) {
    if (op.kind == TokenKind::divide) return state_.failure(op.position, "division by zero");
    if (op.kind == TokenKind::modulo) return state_.failure(op.position, "modulo by zero");
  }
  const Position position = {left->position.begin, right->position.end};
  return make_duration(operation(op.kind), position, std::move(left), std::move(right));
}

Result<DurationExpressionPtr> Parser::parse_duration_operand() {
  const TokenKind kind = state_.peek().kind;
  if (is_number(kind)) return parse_duration_literal();
  if (is_sign(kind)) {
    const Token sign = state_.take();
    TRIBUTARY_TRY(auto operand, parse_duration(kPowerPrecedence));
    return apply_sign(sign, std::move(operand));
  }
  if (kind != TokenKind::left_paren) return parse_duration_call({});
  const std::size_t begin = state_.take().position.begin;
  TRIBUTARY_TRY(auto inner, parse_duration(1));
  if (!state_.at(TokenKind::right_paren)) return state_.unexpected();
  state_.take();
  if (auto done = allow_duration_expression(inner->position); !done) return done.error();
  parenthesise(*inner, {begin, state_.last_end()});
  return inner;
}

Result<DurationExpressionPtr> Parser::parse_duration_literal() {
  auto literal = make_duration(Kind::literal, state_.peek().position);
  TRIBUTARY_TRY(literal->seconds, take_number(literal->is_duration));
  if (out_of_range(literal->seconds)) {
    return state_.failure(literal->position, "duration out of range");
  }
  return literal;
}

// step(), range(), min_of(a, b), max_of(a, b); where not enabled, the complaint is about the sign
// in front, if any. The position of the latter two is that of their arguments.
Result<DurationExpressionPtr> Parser::parse_duration_call(std::optional<std::size_t> sign) {
  const auto expect = [this](TokenKind kind) -> Result<void> {
    if (!state_.at(kind)) return state_.unexpected();
    state_.take();
    return {};
  };
  Kind kind = Kind::step;
  switch (state_.peek().kind) {
    case TokenKind::step_word: break;
    case TokenKind::range_word: kind = Kind::range; break;
    case TokenKind::min_of_word: kind = Kind::min_of; break;
    case TokenKind::max_of_word: kind = Kind::max_of; break;
    default: return state_.unexpected();
  }
  Position position = state_.take().position;
  DurationExpressionPtr left;
  DurationExpressionPtr right;
  if (auto done = expect(TokenKind::left_paren); !done) return done.error();
  if (kind == Kind::min_of || kind == Kind::max_of) {
    TRIBUTARY_TRY(left, parse_duration(1));
    if (auto done = expect(TokenKind::comma); !done) return done.error();
    TRIBUTARY_TRY(right, parse_duration(1));
  }
  if (auto done = expect(TokenKind::right_paren); !done) return done.error();
  position.end = state_.last_end();
  if (left) position = {left->position.begin, right->position.end};
  const Position blamed = {sign.value_or(position.begin), position.end};
  if (auto done = allow_duration_expression(blamed); !done) return done.error();
  return make_duration(kind, position, std::move(left), std::move(right));
}

// A sign goes into a plain number; a plus before anything else means nothing.
Result<DurationExpressionPtr> Parser::apply_sign(const Token& sign, DurationExpressionPtr operand) {
  const bool minus = sign.kind == TokenKind::subtract;
  if (is_plain(*operand)) {
    if (minus) operand->seconds = -operand->seconds;
    if (out_of_range(operand->seconds)) {
      return state_.failure(sign.position, "duration out of range");
    }
    operand->position.begin = sign.position.begin;
    return operand;
  }
  if (!minus) return operand;
  const Position position = {sign.position.begin, operand->position.end};
  return make_duration(Kind::minus, position, std::move(operand));
}

}  // namespace tributary::promql
