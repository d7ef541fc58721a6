// Functions of single samples: abs, clamp, histogram_count, hour, ...
//
// Threads: as evaluator.h.
#pragma once

#include "promql/evaluator.h"

namespace tributary::promql {

Result<RowsPtr> call_sample_function(Evaluator& evaluator, const Expression& call);

}  // namespace tributary::promql
