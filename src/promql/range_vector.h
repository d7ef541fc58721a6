// A range vector as the result of a query: the samples themselves.
//
// Threads: as evaluator.h.
#pragma once

#include "promql/evaluator.h"
#include "promql/value.h"

namespace tributary::promql {

// `expression`: a matrix selector or a subquery, at the only step of `evaluator`.
Result<std::vector<SeriesValue>> evaluate_range_vector(Evaluator& evaluator,
                                                       const Expression& expression);

// Rows of a matrix with the times of `grid`.
std::vector<SeriesValue> series_of(const Matrix& matrix, const Grid& grid);

}  // namespace tributary::promql
