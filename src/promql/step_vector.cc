#include "promql/step_vector.h"

#include <algorithm>
#include <iterator>

#include "promql/histogram_buckets.h"

namespace tributary::promql {

double* Matrix::new_values() {
  constexpr std::size_t kBlockValues = 16U << 10;
  if (free_rows_ == 0) {
    // The first blocks are small: most results have few rows.
    const std::size_t wanted = std::min(std::max<std::size_t>(rows_.size(), 1), kBlockValues);
    free_rows_ =
        std::max<std::size_t>(1, std::min(wanted, kBlockValues / std::max<std::size_t>(steps_, 1)));
    blocks_.push_back(std::make_unique_for_overwrite<double[]>(free_rows_ * steps_));
    free_ = blocks_.back().get();
  }
  --free_rows_;
  return std::exchange(free_, free_ + steps_);
}

MatrixRow& Matrix::add(LabelsView labels, bool drops_name) {
  double* const values = new_values();
  std::fill_n(values, steps_, kAbsent);
  rows_.push_back({labels, drops_name, values, nullptr});
  return rows_.back();
}

void Matrix::add(LabelsView labels, bool drops_name, RowView view) {
  double* const values = new_values();
  std::copy_n(view.values, steps_, values);
  rows_.push_back({labels, drops_name, values, nullptr});
  if (view.histograms == nullptr) return;
  histograms_.push_back(std::make_unique<FloatHistogramPtr[]>(steps_));
  std::copy_n(view.histograms, steps_, histograms_.back().get());
  rows_.back().histograms = histograms_.back().get();
}

void Matrix::set(MatrixRow& row, std::size_t step, FloatHistogramPtr histogram) {
  if (row.histograms == nullptr) {
    histograms_.push_back(std::make_unique<FloatHistogramPtr[]>(steps_));
    row.histograms = histograms_.back().get();
  }
  row.values[step] = kAbsent;
  row.histograms[step] = std::move(histogram);
}

void Matrix::append(Matrix&& other) {
  const auto move_all = [](auto& from, auto& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
  };
  move_all(other.rows_, rows_);
  move_all(other.histograms_, histograms_);
  move_all(other.holds_, holds_);
  move_all(other.blocks_, blocks_);
}

void Matrix::drop_empty_rows() {
  std::erase_if(rows_, [&](const MatrixRow& row) {
    const RowView view = row.view();
    for (std::size_t step = 0; step < steps_; ++step) {
      if (view.has(step)) return false;
    }
    return true;
  });
}

std::uint64_t Matrix::sample_count() const {
  std::uint64_t count = 0;
  for (const MatrixRow& row : rows_) {
    for (std::size_t step = 0; step < steps_; ++step) {
      if (!is_absent(row.values[step])) ++count;
      if (row.histograms != nullptr && row.histograms[step] != nullptr) {
        count += size_in_samples(*row.histograms[step]);
      }
    }
  }
  return count;
}

}  // namespace tributary::promql
