// Evaluates an expression at all steps of a query at once. What selects, computes and combines
// series stands in files of its own (selector.h, window.h, aggregation.h, binary.h, special.h).
//
// Threads: one at a time; it spreads rows over the query's threads itself.
#pragma once

#include <variant>
#include <vector>

#include "base/result.h"
#include "promql/query_state.h"
#include "promql/step_vector.h"

namespace tributary::promql {

// What an expression gives at all steps: a vector or a scalar.
using Operand = std::variant<RowsPtr, std::vector<double>>;

class Evaluator {
 public:
  // `grid` has at least one step. All outlive the evaluator and the rows it gives.
  Evaluator(QueryState& query, Grid grid, Tally& tally)
      : query_(query), grid_(grid), tally_(tally) {}

  QueryState& query() { return query_; }
  const Grid& grid() const { return grid_; }
  std::size_t steps() const { return grid_.count; }
  Tally& tally() { return tally_; }

  // The series of a vector expression, to be computed.
  Result<RowsPtr> rows(const Expression& expression);
  // The same, computed.
  Result<Matrix> matrix(const Expression& expression);
  Result<Matrix> matrix(RowsPtr rows);
  // A scalar expression: one value per step.
  Result<std::vector<double>> scalars(const Expression& expression);
  // Whether it is computed once for all steps.
  bool is_computed_once(const Expression& expression) const {
    return grid_.count > 1 && query_.plan.invariant.contains(&expression);
  }

 private:
  Result<RowsPtr> rows_of_node(const Expression& expression);
  Result<RowsPtr> call(const Expression& expression);
  Result<RowsPtr> rows_once(const Expression& expression);
  Result<std::vector<double>> scalars_of_node(const Expression& expression);
  Result<std::vector<double>> scalar_call(const Expression& expression);

  QueryState& query_;
  const Grid grid_;
  Tally& tally_;
};

const Expression& without_parens(const Expression& expression);

// A matrix as rows.
RowsPtr rows_of(Matrix matrix);

// What a function makes of each sample of its argument, floats at `begin`..`end` steps in one go.
// Names are dropped, unless `keeps_name`.
class MappedRows : public Rows {
 public:
  MappedRows(Evaluator& evaluator, RowsPtr inner, bool keeps_name);

  std::size_t size() const override { return inner_->size(); }
  LabelsView labels(std::size_t row) const override { return inner_->labels(row); }
  bool strips_metadata() const override { return strips_; }
  bool may_collide() const override { return strips_ && !inner_->strips_metadata(); }
  bool drops_name(std::size_t row) const override { return drops_ || inner_->drops_name(row); }
  Result<RowView> compute(std::size_t row, Worker& worker) const final;

 protected:
  virtual void map(std::size_t row, RowView in, RowBuffer& out, Worker& worker) const = 0;
  const Grid& grid() const { return grid_; }

 private:
  const RowsPtr inner_;
  const Grid grid_;
  const bool strips_;
  const bool drops_;
};

enum class SameLabels : std::uint8_t {
  merge,   // rows of the same labels that never have a value at the same step become one
  refuse,  // rows of the same labels are an error
};

// `rows`, whose metadata labels may go: where that makes labels the same, merged or refused.
Result<RowsPtr> settle_labels(Evaluator& evaluator, RowsPtr rows, SameLabels same);

}  // namespace tributary::promql
