// Checks an expression that has been parsed: types and numbers of arguments, what modifiers go with
// which operators, that selectors select something. Settles on the way what depends on types: a
// matching remains between two vectors only, set operators are many-to-many.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "promql/ast.h"

namespace tributary::promql {

// `text`: what the expression has been parsed from.
Result<void> check_types(Expression& expression, std::string_view text);

}  // namespace tributary::promql
