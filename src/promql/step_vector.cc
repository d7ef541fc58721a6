#include "promql/step_vector.h"

#include <algorithm>
#include <iterator>

#include "promql/histogram_buckets.h"

namespace tributary::promql {
namespace {

// The steps from the first value to the last.
RowView trimmed(RowView row) {
  RowView out = row;
  while (out.begin < out.end && !row.has(out.begin)) ++out.begin;
  while (out.begin < out.end && !row.has(out.end - 1)) --out.end;
  out.values += out.begin - row.begin;
  if (out.histograms != nullptr) out.histograms += out.begin - row.begin;
  return out;
}

}  // namespace

std::uint64_t count_samples(RowView row) {
  std::uint64_t count = 0;
  for (std::size_t step = row.begin; step < row.end; ++step) {
    if (const FloatHistogramPtr* histogram = row.histogram(step)) {
      count += size_in_samples(**histogram);
    } else if (!is_absent(row.value(step))) {
      ++count;
    }
  }
  return count;
}

void MatrixRow::erase(std::size_t step) {
  if (step < begin || step >= end) return;
  values[step - begin] = kAbsent;
  if (histograms != nullptr) histograms[step - begin] = nullptr;
}

double* Matrix::new_values(std::size_t count) {
  constexpr std::size_t kBlockMin = 64;
  constexpr std::size_t kBlockMax = 16U << 10;
  if (count > free_count_) {
    // The first blocks are small: most results have few rows.
    block_size_ = std::clamp(block_size_ * 2, kBlockMin, kBlockMax);
    free_count_ = std::max(count, block_size_);
    blocks_.push_back(std::make_unique_for_overwrite<double[]>(free_count_));
    free_ = blocks_.back().get();
  }
  free_count_ -= count;
  return std::exchange(free_, free_ + count);
}

FloatHistogramPtr* Matrix::new_histograms(std::size_t count) {
  histograms_.push_back(std::make_unique<FloatHistogramPtr[]>(count));
  return histograms_.back().get();
}

MatrixRow& Matrix::add(LabelsView labels, bool drops_name) {
  double* const values = new_values(steps_);
  std::fill_n(values, steps_, kAbsent);
  rows_.push_back({labels, drops_name, values, nullptr, 0, steps_});
  return rows_.back();
}

void Matrix::add(LabelsView labels, bool drops_name, RowView view) {
  const RowView used = trimmed(view);
  const std::size_t count = used.end - used.begin;
  if (count == 0) return;
  double* const values = new_values(count);
  std::copy_n(used.values, count, values);
  rows_.push_back({labels, drops_name, values, nullptr, used.begin, used.end});
  if (used.histograms == nullptr) return;
  rows_.back().histograms = new_histograms(count);
  std::copy_n(used.histograms, count, rows_.back().histograms);
}

void Matrix::set(MatrixRow& row, std::size_t step, double value) {
  row.values[step - row.begin] = value;
  if (row.histograms != nullptr) row.histograms[step - row.begin] = nullptr;
}

void Matrix::set(MatrixRow& row, std::size_t step, FloatHistogramPtr histogram) {
  if (row.histograms == nullptr) row.histograms = new_histograms(row.end - row.begin);
  row.values[step - row.begin] = kAbsent;
  row.histograms[step - row.begin] = std::move(histogram);
}

void Matrix::widen(MatrixRow& row) {
  if (row.end - row.begin == steps_) return;
  double* const values = new_values(steps_);
  std::fill_n(values, steps_, kAbsent);
  std::copy_n(row.values, row.end - row.begin, values + row.begin);
  FloatHistogramPtr* histograms = nullptr;
  if (row.histograms != nullptr) {
    histograms = new_histograms(steps_);
    std::copy_n(row.histograms, row.end - row.begin, histograms + row.begin);
  }
  row.values = values;
  row.histograms = histograms;
  row.begin = 0;
  row.end = steps_;
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
  std::erase_if(rows_, [](const MatrixRow& row) {
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (row.has(step)) return false;
    }
    return true;
  });
}

std::uint64_t Matrix::sample_count() const {
  std::uint64_t count = 0;
  for (const MatrixRow& row : rows_) count += count_samples(row.view());
  return count;
}

}  // namespace tributary::promql
