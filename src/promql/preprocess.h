// Prepares a parsed expression for one query: durations are worked out, start(), end(), range() and
// step() become numbers, @ start() and @ end() times, and parts that have the same value at every
// step are found.
//
// Threads: pure functions of what they are given.
#pragma once

#include <unordered_set>

#include "base/result.h"
#include "promql/ast.h"

namespace tributary::promql {

struct QueryTimes {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;  // 0 for an instant query
};

// The largest expressions of `expression` whose value is the same at every step. Fails with
// invalid_argument where a duration makes no sense.
Result<std::unordered_set<const Expression*>> preprocess(Expression& expression,
                                                         const QueryTimes& times);

}  // namespace tributary::promql
