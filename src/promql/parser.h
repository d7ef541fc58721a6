// Parses PromQL. Today: selectors with range and offset, numbers, strings, and arithmetic between
// scalars. What Prometheus 3 has beyond that is refused with Code::unsupported, saying what it is;
// what is not PromQL with Code::invalid_argument and Prometheus' own text and position:
// `1:4: parse error: unexpected end of input inside braces`.
#pragma once

#include <string_view>

#include "base/result.h"
#include "promql/ast.h"

namespace tributary::promql {

// Expressions beyond these are refused; trees are walked by recursion.
inline constexpr std::size_t kExpressionBytesMax = 1U << 20;
inline constexpr unsigned kExpressionDepthMax = 200;
inline constexpr unsigned kExpressionOperatorsMax = 5000;

Result<ExpressionPtr> parse(std::string_view text);

// A selector alone, as in match[]: no range, no offset.
Result<Matchers> parse_selector(std::string_view text);

}  // namespace tributary::promql
