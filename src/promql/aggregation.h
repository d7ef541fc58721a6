// Aggregations: sum, avg, topk, count_values, ...
//
// Threads: as evaluator.h.
#pragma once

#include "promql/evaluator.h"
#include "promql/label_table.h"

namespace tributary::promql {

Result<RowsPtr> aggregate(Evaluator& evaluator, const Expression& aggregation);

// Those that choose among the series (topk, bottomk, limitk, limit_ratio): aggregation_choice.cc.
Result<RowsPtr> choose_series(Evaluator& evaluator, const Expression& aggregation);

Result<RowsPtr> count_values(Evaluator& evaluator, const Expression& aggregation);

// by (...) or without (...).
LabelSelection grouping_of(const Aggregation& aggregation);

}  // namespace tributary::promql
