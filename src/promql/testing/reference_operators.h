// Binary operators, for ReferenceEvaluator.
#pragma once

#include "base/result.h"
#include "promql/ast.h"
#include "promql/testing/reference_vector.h"

namespace tributary::promql::testing {

double reference_binary(BinaryOperator op, double left, double right);
Result<ReferenceVector> reference_binary(const Binary& node, double left,
                                         const ReferenceVector& right);
Result<ReferenceVector> reference_binary(const Binary& node, const ReferenceVector& left,
                                         double right);
Result<ReferenceVector> reference_binary(const Binary& node, const ReferenceVector& left,
                                         const ReferenceVector& right);

}  // namespace tributary::promql::testing
