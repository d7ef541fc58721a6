// Parses PromQL of Prometheus 3, checks types and arities, and gives Prometheus' own error texts
// and positions: `1:4: parse error: unexpected end of input inside braces`. All errors are
// Code::invalid_argument.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "promql/ast.h"

namespace tributary::promql {

// Expressions beyond these are refused; trees are walked by recursion. A chain a + b + c + ... is
// as deep as it has operators.
inline constexpr std::size_t kExpressionBytesMax = 1U << 20;
inline constexpr unsigned kExpressionDepthMax =
    200;  // parentheses, calls and the like inside others
inline constexpr unsigned kExpressionOperatorsMax = 5000;

// Prometheus' --enable-feature switches that concern PromQL; all off by default, as there.
struct Features {
  bool experimental_functions = false;    // promql-experimental-functions
  bool duration_expressions = false;      // promql-duration-expr
  bool extended_range_selectors = false;  // promql-extended-range-selectors
  bool binop_fill_modifiers = false;      // promql-binop-fill-modifiers
  bool delayed_name_removal = false;      // promql-delayed-name-removal
  bool type_and_unit_labels = false;      // type-and-unit-labels
  bool start_timestamps = false;          // use-start-timestamps
};

Result<ExpressionPtr> parse(std::string_view text, const Features& features = {});

// A selector alone, as in match[]: no range, no offset. It may match everything.
Result<Matchers> parse_selector(std::string_view text);

}  // namespace tributary::promql
