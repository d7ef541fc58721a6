#include "promql/matrix_builder.h"

#include <utility>

namespace tributary::promql {

std::uint32_t MatrixBuilder::row(LabelsView labels, bool drops_name) {
  const std::uint32_t id = table_.add(labels.packed());
  if (id == matrix_.rows().size()) matrix_.add(query_.arena().store(labels), drops_name);
  return id;
}

void MatrixBuilder::set(std::uint32_t row, std::size_t step, double value) {
  matrix_.mutable_rows()[row].values[step] = value;
}

void MatrixBuilder::set(std::uint32_t row, std::size_t step, FloatHistogramPtr histogram) {
  matrix_.set(matrix_.mutable_rows()[row], step, std::move(histogram));
}

Result<void> MatrixBuilder::add(std::uint32_t row, std::size_t step, const Point& point) {
  if (has(row, step)) return same_labels_error();
  if (point.histogram != nullptr) {
    set(row, step, point.histogram);
  } else {
    set(row, step, point.value);
  }
  return {};
}

Result<Matrix> MatrixBuilder::finish() {
  matrix_.drop_empty_rows();
  const std::uint64_t samples = matrix_.sample_count();
  const bool fits = query_.budget().hold(samples);
  matrix_.keep(Hold(query_.budget(), samples));
  if (!fits) return QueryState::too_many_samples();
  return std::move(matrix_);
}

}  // namespace tributary::promql
