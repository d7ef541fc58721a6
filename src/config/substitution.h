// Replaces expressions in the string values (not the keys) of a configuration, in the syntax of
// ADOT of 2021 and of today at once:
//   $NAME  ${NAME}  ${env:NAME}  ${env:NAME:-default}  ${file:path}  ${yaml:text}  $$
// Expressions nest, innermost first: ${env:${env:WHICH}}. A name is [A-Za-z_][A-Za-z0-9_]*, so the
// groups of a relabel rule, $1 and ${1}, stay; $$1 gives $1 as well.
//
// A value that is one expression as a whole is read as YAML, and keeps its text for string fields.
// What an expression gives is not searched for $NAME or $$ again, only for ${...}: passwords stay.
// A variable that is not set gives nothing, with a warning.
#pragma once

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/outside.h"

namespace tributary::config {

inline constexpr std::size_t kExpressionDepthMax = 16;
inline constexpr std::size_t kExpressionsMax = 10'000;
inline constexpr std::size_t kExpandedBytesMax = 4U << 20;  // of all expressions together

void substitute(Node& node, const Outside& outside, Diagnostics& diagnostics);

}  // namespace tributary::config
