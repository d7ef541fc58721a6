// The recursive descent over PromQL's grammar. Binary operators by precedence, modifiers behind
// what they modify.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"
#include "promql/parser.h"
#include "promql/parser_state.h"

namespace tributary::promql {

class Parser {
 public:
  Parser(std::string_view text, const Features& features) : state_(text, features) {}

  Result<ExpressionPtr> parse_all();
  Result<Matchers> parse_selector_alone();

 private:
  // parser.cc. `level`: the loosest operators that may be taken.
  Result<ExpressionPtr> parse_expression(unsigned level);
  Result<ExpressionPtr> parse_operand();
  Result<ExpressionPtr> parse_modifier(ExpressionPtr operand);
  Result<ExpressionPtr> parse_unary();
  Result<ExpressionPtr> parse_primary();
  Result<ExpressionPtr> parse_paren();
  Result<ExpressionPtr> parse_word();
  Result<ExpressionPtr> parse_number_literal();
  Result<ExpressionPtr> parse_string_literal();
  Result<ExpressionPtr> parse_call(const Token& name);
  Result<std::vector<ExpressionPtr>> parse_arguments();
  Result<ExpressionPtr> parse_aggregation(const Token& op);
  Result<ExpressionPtr> make_aggregation(const Token& op, Aggregation aggregation,
                                         std::vector<ExpressionPtr> arguments);

  // parser_selectors.cc
  Result<ExpressionPtr> parse_selector(std::string_view name, Position name_position);
  Result<Matchers> parse_matchers();
  Result<Matcher> parse_matcher();
  Result<std::string> take_string();
  Result<std::vector<std::string>> parse_labels();
  Result<std::string> parse_label();
  // What stands behind a binary operator: bool, on, group_left, fill, ...
  Result<void> parse_binary_modifiers(Binary& binary);
  Result<void> parse_fill(VectorMatching& matching);
  Result<double> parse_fill_value();

  // parser_modifiers.cc
  Result<ExpressionPtr> parse_brackets(ExpressionPtr inner);
  Result<ExpressionPtr> make_matrix(ExpressionPtr inner, DurationValue range, Position bracket);
  Result<ExpressionPtr> parse_subquery(ExpressionPtr inner, DurationValue range);
  Result<ExpressionPtr> parse_offset(ExpressionPtr inner);
  Result<ExpressionPtr> parse_at(ExpressionPtr inner);
  Result<ExpressionPtr> parse_extended_range(ExpressionPtr inner);
  Result<AtModifier> parse_at_value(const Expression& inner);

  // parser_durations.cc
  Result<double> take_number(bool& is_duration);
  Result<DurationValue> parse_positive_duration();
  Result<DurationValue> parse_offset_duration();
  Result<DurationExpressionPtr> parse_offset_expression();
  Result<DurationExpressionPtr> parse_signed_offset();
  Result<DurationExpressionPtr> parse_duration(unsigned level);
  Result<DurationExpressionPtr> parse_duration_operators(DurationExpressionPtr left,
                                                         unsigned level);
  Result<DurationExpressionPtr> parse_duration_operand();
  Result<DurationExpressionPtr> parse_duration_literal();
  Result<DurationExpressionPtr> parse_duration_call(std::optional<std::size_t> sign);
  Result<DurationExpressionPtr> apply_sign(const Token& sign, DurationExpressionPtr operand);
  Result<DurationExpressionPtr> make_duration_operation(const Token& op, DurationExpressionPtr left,
                                                        DurationExpressionPtr right);
  Result<void> allow_duration_expression(Position position);

  ParserState state_;
};

// How tightly a binary operator binds: 1 (or) to 6 (^); 0: is none.
unsigned precedence(TokenKind kind);
inline constexpr unsigned kPowerPrecedence = 6;

// Whether an operand may begin with it: a sign, a parenthesis, a literal or a name.
bool begins_operand(TokenKind kind);

ExpressionPtr make_expression(Position position, ValueType type, Expression::Node node);

}  // namespace tributary::promql
