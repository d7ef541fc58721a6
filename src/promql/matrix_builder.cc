#include "promql/matrix_builder.h"

#include <utility>

namespace tributary::promql {

std::uint32_t MatrixBuilder::row(LabelsView labels, bool drops_name) {
  const std::uint32_t id = table_.add(labels.packed());
  if (id < matrix_.rows().size()) return id;
  matrix_.add(query_.arena().store(labels), drops_name);
  fits_ = query_.cells().hold(matrix_.steps()) && fits_;
  cells_ += matrix_.steps();
  return id;
}

void MatrixBuilder::set(std::uint32_t row, std::size_t step, double value) {
  matrix_.set(matrix_.mutable_rows()[row], step, value);
}

void MatrixBuilder::set(std::uint32_t row, std::size_t step, FloatHistogramPtr histogram) {
  matrix_.set(matrix_.mutable_rows()[row], step, std::move(histogram));
}

Result<void> MatrixBuilder::add(std::uint32_t row, std::size_t step, const Point& point) {
  if (!fits_) return QueryState::too_many_samples();
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
  matrix_.keep(Hold(query_.cells(), cells_));
  if (!fits || !fits_) return QueryState::too_many_samples();
  return std::move(matrix_);
}

}  // namespace tributary::promql
