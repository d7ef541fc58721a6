// Builds a matrix sample by sample: rows are found by their labels.
//
// Threads: one at a time.
#pragma once

#include "promql/function.h"
#include "promql/label_table.h"
#include "promql/query_state.h"
#include "promql/step_vector.h"

namespace tributary::promql {

class MatrixBuilder {
 public:
  MatrixBuilder(QueryState& query, std::size_t steps) : query_(query), matrix_(steps) {}

  // The row with these labels, a new one where there is none yet.
  std::uint32_t row(LabelsView labels, bool drops_name);
  bool has(std::uint32_t row, std::size_t step) const { return matrix_.rows()[row].has(step); }
  void set(std::uint32_t row, std::size_t step, double value);
  void set(std::uint32_t row, std::size_t step, FloatHistogramPtr histogram);
  // Fails where the row has a value at this step, or there are too many rows.
  Result<void> add(std::uint32_t row, std::size_t step, const Point& point);

  // Rows without any value are left out. Fails where the query holds too many samples.
  Result<Matrix> finish();

 private:
  QueryState& query_;
  std::uint64_t cells_ = 0;
  bool fits_ = true;
  LabelTable table_;
  Matrix matrix_;
};

}  // namespace tributary::promql
