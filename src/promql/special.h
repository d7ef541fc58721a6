// Functions that see whole vectors, or make series of their own: the `Special` ones of function.h.
//
// Threads: as evaluator.h.
#pragma once

#include "promql/evaluator.h"

namespace tributary::promql {

// Those whose result is a vector.
Result<RowsPtr> call_special(Evaluator& evaluator, const Expression& call);

// scalar(v): the value of the only series with a float, else NaN.
Result<std::vector<double>> scalar_of_vector(Evaluator& evaluator, const Expression& vector);

// label_functions.cc
Result<RowsPtr> label_replace(Evaluator& evaluator, const Call& call);
Result<RowsPtr> label_join(Evaluator& evaluator, const Call& call);

// sort_functions.cc
Result<RowsPtr> sort_by_value(Evaluator& evaluator, const Expression& call, bool descending);
Result<RowsPtr> sort_by_label(Evaluator& evaluator, const Expression& call, bool descending);

// histogram_functions.cc: the quantiles and fractions of native histograms, and of classic ones,
// whose buckets are series with different `le`.
Result<RowsPtr> quantile_of_histograms(Evaluator& evaluator, const Call& call);
Result<RowsPtr> quantiles_of_histograms(Evaluator& evaluator, const Call& call);
Result<RowsPtr> fraction_of_histograms(Evaluator& evaluator, const Call& call);

// info.cc
Result<RowsPtr> join_info(Evaluator& evaluator, const Call& call);

}  // namespace tributary::promql
