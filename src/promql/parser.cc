#include "promql/parser.h"

#include <utility>

#include "promql/function.h"
#include "promql/number_text.h"
#include "promql/parser_impl.h"
#include "promql/string_literal.h"
#include "promql/type_check.h"

namespace tributary::promql {
namespace {

// Also names where they begin an operand.
bool is_word(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier:
    case TokenKind::metric_identifier:
    case TokenKind::aggregator:
    case TokenKind::set_and:
    case TokenKind::set_or:
    case TokenKind::set_unless:
    case TokenKind::by:
    case TokenKind::without:
    case TokenKind::fill:
    case TokenKind::fill_left:
    case TokenKind::fill_right:
    case TokenKind::offset:
    case TokenKind::anchored:
    case TokenKind::smoothed: return true;
    default: return kind >= TokenKind::start_word;
  }
}

bool may_be_called(TokenKind kind) {
  return kind == TokenKind::identifier || kind >= TokenKind::start_word;
}

// Stands behind an operand and binds more tightly than any operator.
bool is_modifier(TokenKind kind) {
  return kind == TokenKind::left_bracket || kind == TokenKind::offset || kind == TokenKind::at ||
         kind == TokenKind::anchored || kind == TokenKind::smoothed;
}

ValueType result_type(const Expression& left, const Expression& right) {
  const bool scalars = left.type == ValueType::scalar && right.type == ValueType::scalar;
  return scalars ? ValueType::scalar : ValueType::vector;
}

Result<void> check_size(std::string_view text) {
  if (text.size() <= kExpressionBytesMax) return {};
  return parse_error(text, {},
                     "expression of " + std::to_string(text.size()) + " bytes is longer than " +
                         std::to_string(kExpressionBytesMax));
}

}  // namespace

bool begins_operand(TokenKind kind) {
  switch (kind) {
    case TokenKind::add:
    case TokenKind::subtract:
    case TokenKind::left_paren:
    case TokenKind::left_brace:
    case TokenKind::string:
    case TokenKind::number:
    case TokenKind::duration: return true;
    default: return is_word(kind);
  }
}

unsigned precedence(TokenKind kind) {
  if (!is_binary_operator(kind)) return 0;
  switch (kind) {
    case TokenKind::set_or: return 1;
    case TokenKind::set_and:
    case TokenKind::set_unless: return 2;
    case TokenKind::add:
    case TokenKind::subtract: return 4;
    case TokenKind::multiply:
    case TokenKind::divide:
    case TokenKind::modulo:
    case TokenKind::atan2: return 5;
    case TokenKind::power: return kPowerPrecedence;
    default: return 3;
  }
}

ExpressionPtr make_expression(Position position, ValueType type, Expression::Node node) {
  return std::make_unique<Expression>(Expression{std::move(node), type, position});
}

Result<ExpressionPtr> Parser::parse_all() {
  if (state_.at(TokenKind::end)) return state_.failure({}, "no expression found in input");
  TRIBUTARY_TRY(auto expression, parse_expression(1));
  if (!state_.at(TokenKind::end)) return state_.unexpected();
  return expression;
}

Result<Matchers> Parser::parse_selector_alone() {
  std::string_view name;
  Position position = state_.peek().position;
  if (is_word(state_.peek().kind)) {
    name = state_.take().text;
  } else if (!state_.at(TokenKind::left_brace)) {
    return state_.unexpected();
  }
  TRIBUTARY_TRY(const auto expression, parse_selector(name, position));
  if (!state_.at(TokenKind::end)) return state_.unexpected();
  return std::move(std::get<VectorSelector>(expression->node).matchers);
}

Result<ExpressionPtr> Parser::parse_expression(unsigned level) {
  const ParserState::Level nested(state_);
  if (!nested.ok()) return state_.too_deep();
  TRIBUTARY_TRY(auto left, parse_operand());
  while (true) {
    const unsigned own = precedence(state_.peek().kind);
    if (own == 0 || own < level) return left;
    if (auto done = state_.count_operator(); !done) return done.error();
    const Token op = state_.take();
    Binary binary;
    binary.op = binary_operator(op.kind);
    binary.operator_position = op.position;
    if (auto done = parse_binary_modifiers(binary); !done) return done.error();
    TRIBUTARY_TRY(binary.right, parse_expression(own == kPowerPrecedence ? own : own + 1));
    binary.left = std::move(left);
    const Position position = {binary.left->position.begin, binary.right->position.end};
    const bool fills = binary.matching->fill_left || binary.matching->fill_right;
    if (fills && !state_.features().binop_fill_modifiers) {
      return state_.failure(position, "binop fill modifiers are experimental and not enabled");
    }
    const ValueType type = result_type(*binary.left, *binary.right);
    left = make_expression(position, type, std::move(binary));
  }
}

Result<ExpressionPtr> Parser::parse_operand() {
  if (state_.at(TokenKind::add) || state_.at(TokenKind::subtract)) return parse_unary();
  TRIBUTARY_TRY(auto operand, parse_primary());
  for (unsigned modifiers = 0; is_modifier(state_.peek().kind); ++modifiers) {
    if (modifiers == kExpressionDepthMax) return state_.too_deep();
    TRIBUTARY_TRY(operand, parse_modifier(std::move(operand)));
  }
  return operand;
}

Result<ExpressionPtr> Parser::parse_modifier(ExpressionPtr operand) {
  switch (state_.peek().kind) {
    case TokenKind::left_bracket: return parse_brackets(std::move(operand));
    case TokenKind::offset: return parse_offset(std::move(operand));
    case TokenKind::at: return parse_at(std::move(operand));
    default: return parse_extended_range(std::move(operand));
  }
}

Result<ExpressionPtr> Parser::parse_unary() {
  const Token sign = state_.take();
  const bool minus = sign.kind == TokenKind::subtract;
  TRIBUTARY_TRY(auto operand, parse_expression(kPowerPrecedence));
  if (auto* const number = std::get_if<NumberLiteral>(&operand->node)) {
    if (minus) number->value = -number->value;
    operand->position.begin = sign.position.begin;
    return operand;
  }
  const Position position = {sign.position.begin, operand->position.end};
  const ValueType type = operand->type;
  return make_expression(position, type, Unary{minus, std::move(operand)});
}

Result<ExpressionPtr> Parser::parse_primary() {
  switch (state_.peek().kind) {
    case TokenKind::left_paren: return parse_paren();
    case TokenKind::left_brace: return parse_selector({}, state_.peek().position);
    case TokenKind::string: return parse_string_literal();
    case TokenKind::number:
    case TokenKind::duration: return parse_number_literal();
    default: break;
  }
  return is_word(state_.peek().kind) ? parse_word() : state_.unexpected();
}

Result<ExpressionPtr> Parser::parse_paren() {
  const std::size_t begin = state_.take().position.begin;
  TRIBUTARY_TRY(auto inner, parse_expression(1));
  if (!state_.at(TokenKind::right_paren)) return state_.unexpected();
  state_.take();
  const ValueType type = inner->type;
  return make_expression({begin, state_.last_end()}, type, Paren{std::move(inner)});
}

// An aggregation, a call or a metric's name, as what follows tells.
Result<ExpressionPtr> Parser::parse_word() {
  const Token word = state_.take();
  const bool call = state_.at(TokenKind::left_paren);
  if (word.kind == TokenKind::aggregator &&
      (call || state_.at(TokenKind::by) || state_.at(TokenKind::without))) {
    return parse_aggregation(word);
  }
  if (call && may_be_called(word.kind)) return parse_call(word);
  return parse_selector(word.text, word.position);
}

Result<ExpressionPtr> Parser::parse_number_literal() {
  const Position position = state_.peek().position;
  NumberLiteral number;
  TRIBUTARY_TRY(number.value, take_number(number.is_duration));
  return make_expression(position, ValueType::scalar, number);
}

Result<ExpressionPtr> Parser::parse_string_literal() {
  const Position position = state_.peek().position;
  TRIBUTARY_TRY(auto value, take_string());
  return make_expression(position, ValueType::string, StringLiteral{std::move(value)});
}

Result<ExpressionPtr> Parser::parse_call(const Token& name) {
  TRIBUTARY_TRY(auto arguments, parse_arguments());
  const Function* const function = find_function(name.text);
  if (function == nullptr) {
    return state_.failure(name.position, "unknown function with name " + quote(name.text));
  }
  if (function->experimental && !state_.features().experimental_functions) {
    return state_.failure(name.position, "function " + quote(name.text) + " is not enabled");
  }
  return make_expression({name.position.begin, state_.last_end()}, function->result,
                         Call{function, std::move(arguments)});
}

// In parentheses, the first of which comes next.
Result<std::vector<ExpressionPtr>> Parser::parse_arguments() {
  if (!state_.at(TokenKind::left_paren)) return state_.unexpected();
  state_.take();
  std::vector<ExpressionPtr> arguments;
  while (!state_.at(TokenKind::right_paren)) {
    if (!arguments.empty()) {
      if (!state_.at(TokenKind::comma)) return state_.unexpected();
      const Token comma = state_.take();
      if (!begins_operand(state_.peek().kind)) {
        return state_.failure(comma.position, "trailing commas not allowed in function call args");
      }
    }
    TRIBUTARY_TRY(auto argument, parse_expression(1));
    arguments.push_back(std::move(argument));
  }
  state_.take();
  return arguments;
}

Result<ExpressionPtr> Parser::parse_aggregation(const Token& op) {
  const ParserState::Context context(state_, "aggregation", "");
  const auto at_grouping = [this] {
    return state_.at(TokenKind::by) || state_.at(TokenKind::without);
  };
  Aggregation aggregation;
  const auto parse_grouping = [&]() -> Result<void> {
    aggregation.without = state_.take().kind == TokenKind::without;
    TRIBUTARY_TRY(aggregation.grouping, parse_labels());
    return {};
  };
  const bool grouping_first = at_grouping();
  if (grouping_first) {
    if (auto done = parse_grouping(); !done) return done.error();
  }
  TRIBUTARY_TRY(auto arguments, parse_arguments());
  if (!grouping_first && at_grouping()) {
    if (auto done = parse_grouping(); !done) return done.error();
  }
  return make_aggregation(op, std::move(aggregation), std::move(arguments));
}

Result<ExpressionPtr> Parser::make_aggregation(const Token& op, Aggregation aggregation,
                                               std::vector<ExpressionPtr> arguments) {
  const Position position = {op.position.begin, state_.last_end()};
  aggregation.op = aggregator(op.text);
  if (arguments.empty()) {
    return state_.failure(position, "no arguments for aggregate expression provided");
  }
  const bool experimental =
      aggregation.op == Aggregator::limitk || aggregation.op == Aggregator::limit_ratio;
  if (experimental && !state_.features().experimental_functions) {
    return state_.failure(position, std::string(to_string(aggregation.op)) +
                                        "() is experimental and must be enabled with "
                                        "--enable-feature=promql-experimental-functions");
  }
  const std::size_t wanted = takes_parameter(aggregation.op) ? 2 : 1;
  if (arguments.size() != wanted) {
    return state_.failure(position,
                          "wrong number of arguments for aggregate expression provided, expected " +
                              std::to_string(wanted) + ", got " + std::to_string(arguments.size()));
  }
  aggregation.inner = std::move(arguments.back());
  if (wanted == 2) aggregation.parameter = std::move(arguments.front());
  return make_expression(position, ValueType::vector, std::move(aggregation));
}

Result<ExpressionPtr> parse(std::string_view text, const Features& features) {
  if (auto done = check_size(text); !done) return done.error();
  TRIBUTARY_TRY(auto expression, Parser(text, features).parse_all());
  if (auto done = check_types(*expression, text); !done) return done.error();
  return expression;
}

Result<Matchers> parse_selector(std::string_view text) {
  if (auto done = check_size(text); !done) return done.error();
  return Parser(text, Features()).parse_selector_alone();
}

}  // namespace tributary::promql
