// Functions of range vectors: windows that slide over the samples of a series, which are read once.
//
// Threads: as evaluator.h.
#pragma once

#include "promql/evaluator.h"
#include "promql/function.h"
#include "promql/selector.h"

namespace tributary::promql {

Result<RowsPtr> call_range_function(Evaluator& evaluator, const Expression& call);

// What `function` makes of the windows of the call's range vector. Rows may have the same labels,
// once their names are gone.
Result<RowsPtr> range_function_rows(Evaluator& evaluator, const Expression& call,
                                    RangeFunction function);

}  // namespace tributary::promql
