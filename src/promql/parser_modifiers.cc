// What stands behind an operand: [range], [range:step], offset, @, anchored and smoothed.
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "promql/parser_impl.h"

namespace tributary::promql {
namespace {

constexpr std::string_view kDuration = "number, duration, step(), or range()";

// The offset of a selector or subquery; null where there can be none.
DurationValue* offset_of(Expression& expression) {
  if (auto* const selector = std::get_if<VectorSelector>(&expression.node)) {
    return &selector->offset;
  }
  if (auto* const matrix = std::get_if<MatrixSelector>(&expression.node)) {
    return &selector_of(*matrix).offset;
  }
  auto* const subquery = std::get_if<Subquery>(&expression.node);
  return subquery == nullptr ? nullptr : &subquery->offset;
}

AtModifier* at_of(Expression& expression) {
  if (auto* const selector = std::get_if<VectorSelector>(&expression.node)) return &selector->at;
  if (auto* const matrix = std::get_if<MatrixSelector>(&expression.node)) {
    return &selector_of(*matrix).at;
  }
  auto* const subquery = std::get_if<Subquery>(&expression.node);
  return subquery == nullptr ? nullptr : &subquery->at;
}

bool is_set(const DurationValue& value) { return value.ms != 0 || value.expression != nullptr; }
bool is_set(const AtModifier& at) { return at.kind != AtModifier::Kind::none; }

// As Go prints %f.
std::string fixed(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  char text[512];
  std::snprintf(text, sizeof text, "%f", value);
  return text;
}

}  // namespace

Result<ExpressionPtr> Parser::parse_brackets(ExpressionPtr inner) {
  const Position bracket = state_.take().position;
  DurationValue range;
  {
    const ParserState::Context context(state_, "subquery or range selector", kDuration);
    TRIBUTARY_TRY(range, parse_positive_duration());
  }
  if (state_.at(TokenKind::right_bracket)) {
    return make_matrix(std::move(inner), std::move(range), bracket);
  }
  if (state_.at(TokenKind::colon)) return parse_subquery(std::move(inner), std::move(range));
  return state_.unexpected("subquery or range", "\":\" or \"]\"");
}

Result<ExpressionPtr> Parser::make_matrix(ExpressionPtr inner, DurationValue range,
                                          Position bracket) {
  state_.take();
  const auto* const selector = std::get_if<VectorSelector>(&inner->node);
  if (selector == nullptr) {
    return state_.failure(bracket, "ranges only allowed for vector selectors");
  }
  if (is_set(selector->offset)) {
    return state_.failure(bracket, "no offset modifiers allowed before range");
  }
  if (is_set(selector->at)) {
    return state_.failure(bracket, "no @ modifiers allowed before range");
  }
  const Position position = {inner->position.begin, state_.last_end()};
  return make_expression(position, ValueType::matrix,
                         MatrixSelector{std::move(inner), std::move(range)});
}

Result<ExpressionPtr> Parser::parse_subquery(ExpressionPtr inner, DurationValue range) {
  state_.take();
  Subquery subquery;
  subquery.range = std::move(range);
  if (!state_.at(TokenKind::right_bracket)) {
    const ParserState::Context context(state_, "subquery selector",
                                       "number, duration, step(), range(), or \"]\"");
    TRIBUTARY_TRY(subquery.step, parse_positive_duration());
  }
  if (!state_.at(TokenKind::right_bracket)) {
    return state_.unexpected("subquery selector", "\"]\"");
  }
  state_.take();
  const Position position = {inner->position.begin, state_.last_end()};
  subquery.inner = std::move(inner);
  return make_expression(position, ValueType::matrix, std::move(subquery));
}

Result<ExpressionPtr> Parser::parse_offset(ExpressionPtr inner) {
  state_.take();
  const ParserState::Context context(state_, "offset", kDuration);
  TRIBUTARY_TRY(auto offset, parse_offset_duration());
  DurationValue* const target = offset_of(*inner);
  if (target == nullptr) {
    return state_.failure(inner->position,
                          "offset modifier must be preceded by an instant vector selector or "
                          "range vector selector or a subquery");
  }
  if (is_set(*target)) {
    return state_.failure(inner->position, "offset may not be set multiple times");
  }
  *target = std::move(offset);
  inner->position.end = state_.last_end();
  return inner;
}

Result<ExpressionPtr> Parser::parse_at(ExpressionPtr inner) {
  state_.take();
  TRIBUTARY_TRY(const AtModifier at, parse_at_value(*inner));
  AtModifier* const target = at_of(*inner);
  if (target == nullptr) {
    return state_.failure(inner->position,
                          "@ modifier must be preceded by an instant vector selector or range "
                          "vector selector or a subquery");
  }
  if (is_set(*target)) {
    return state_.failure(inner->position, "@ <timestamp> may not be set multiple times");
  }
  *target = at;
  inner->position.end = state_.last_end();
  return inner;
}

Result<AtModifier> Parser::parse_at_value(const Expression& inner) {
  const ParserState::Context context(state_, "@", "timestamp");
  if (state_.at(TokenKind::start_word) || state_.at(TokenKind::end_word)) {
    const bool start = state_.take().kind == TokenKind::start_word;
    if (!state_.at(TokenKind::left_paren)) return state_.unexpected();
    state_.take();
    if (!state_.at(TokenKind::right_paren)) return state_.unexpected();
    state_.take();
    return AtModifier{start ? AtModifier::Kind::start : AtModifier::Kind::end, 0};
  }
  const bool minus = state_.at(TokenKind::subtract);
  if (minus || state_.at(TokenKind::add)) state_.take();
  if (!state_.at(TokenKind::number) && !state_.at(TokenKind::duration)) return state_.unexpected();
  bool is_duration = false;
  TRIBUTARY_TRY(double seconds, take_number(is_duration));
  if (minus) seconds = -seconds;
  constexpr double kBound = 9223372036854775808.0;  // 2^63
  if (!(seconds > -kBound && seconds < kBound)) {
    return state_.failure(inner.position,
                          "timestamp out of bounds for @ modifier: " + fixed(seconds));
  }
  const double ms = std::round(seconds * 1000);
  AtModifier at{AtModifier::Kind::timestamp, 0};
  if (ms >= kBound) {
    at.timestamp_ms = std::numeric_limits<std::int64_t>::max();
  } else if (ms <= -kBound) {
    at.timestamp_ms = std::numeric_limits<std::int64_t>::min();
  } else {
    at.timestamp_ms = static_cast<std::int64_t>(ms);
  }
  return at;
}

// anchored and smoothed.
Result<ExpressionPtr> Parser::parse_extended_range(ExpressionPtr inner) {
  const bool anchored = state_.take().kind == TokenKind::anchored;
  const std::string modifier = anchored ? "anchored modifier" : "smoothed modifier";
  if (!state_.features().extended_range_selectors) {
    return state_.failure(inner->position, modifier + " is experimental and not enabled");
  }
  if (std::holds_alternative<Subquery>(inner->node)) {
    return state_.failure(inner->position, modifier + " is not supported for subqueries");
  }
  auto* selector = std::get_if<VectorSelector>(&inner->node);
  if (const auto* const matrix = std::get_if<MatrixSelector>(&inner->node)) {
    selector = &selector_of(*matrix);
  }
  if (selector == nullptr) return state_.failure(inner->position, modifier + " not implemented");
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed) {
    return state_.failure(inner->position,
                          "anchored and smoothed modifiers cannot be used together");
  }
  return inner;
}

}  // namespace tributary::promql
