// Binary operators: of scalars, of a vector and a scalar, and of two vectors.
//
// Threads: as evaluator.h.
#pragma once

#include <string>

#include "promql/evaluator.h"
#include "promql/function.h"

namespace tributary::promql {

// - of each sample.
void negate(RowView in, RowBuffer& out);

// Arithmetic: its result is no longer what the metric's name says.
inline bool changes_metric(BinaryOperator op) { return op <= BinaryOperator::atan2; }

Result<Operand> evaluate_binary(Evaluator& evaluator, const Expression& binary);

// Between two vectors: binary_matching.cc; and, or, unless: set_operator.cc.
Result<RowsPtr> match_vectors(Evaluator& evaluator, const Expression& binary, Matrix left,
                              Matrix right);
Result<RowsPtr> combine_sets(const Expression& binary, Matrix left, Matrix right);

// What an operator makes of two samples, as elements of vectors.
struct BinaryOutcome {
  Point point;
  // A comparison holds; true for the other operators.
  bool keep = true;
  // Nothing can be computed; a note says why.
  bool failed = false;
  std::optional<Annotation> note;
};

bool compare(BinaryOperator op, double left, double right);
BinaryOutcome compute_element(BinaryOperator op, const Point& left, const Point& right);

// The series of both sides by the labels that match: each has the number of its match group.
struct MatchGroups {
  std::vector<std::uint32_t> left;
  std::vector<std::uint32_t> right;
  LabelTable labels;  // that the series of a group have in common

  std::size_t count() const { return labels.size(); }
};
MatchGroups match_groups(const VectorMatching& matching, const Matrix& left, const Matrix& right);

// Per step whether any row has a value.
std::vector<bool> steps_with_values(const Matrix& matrix);

}  // namespace tributary::promql
