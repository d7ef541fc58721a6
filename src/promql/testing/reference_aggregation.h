// Aggregations, for ReferenceEvaluator.
#pragma once

#include <string>

#include "base/result.h"
#include "promql/ast.h"
#include "promql/testing/reference_vector.h"

namespace tributary::promql::testing {

// All but count_values. `parameter`: of topk, bottomk and quantile.
Result<ReferenceVector> reference_aggregate(const Aggregation& node, double parameter,
                                            const ReferenceVector& input);
ReferenceVector reference_count_values(const Aggregation& node, const std::string& label,
                                       const ReferenceVector& input);

}  // namespace tributary::promql::testing
