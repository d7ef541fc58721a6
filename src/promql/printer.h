// Expressions as text again: in one line, as Prometheus prints them in its API and messages, or
// over several where one would be longer than 100 bytes, as /api/v1/format_query answers. Parsing
// what is printed gives the same expression.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "promql/ast.h"

namespace tributary::promql {

std::string to_string(const Expression& expression);
std::string to_string(const DurationExpression& expression);
std::string to_pretty_string(const Expression& expression);

}  // namespace tributary::promql
