// Prepares a parsed expression for one query: durations are worked out, start(), end(), range() and
// step() become numbers, @ start() and @ end() times, and what the evaluation may make use of is
// found.
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

struct Plan {
  // The largest expressions whose value is the same at every step.
  std::unordered_set<const Expression*> invariant;
  // Selectors of whose histograms nobody sees more than count and sum.
  std::unordered_set<const VectorSelector*> counts_only;
};

// Fails with invalid_argument where a duration makes no sense.
Result<Plan> preprocess(Expression& expression, const QueryTimes& times);

}  // namespace tributary::promql
