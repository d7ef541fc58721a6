// Values while a query runs: a series is an array with one double per evaluation step, and where it
// has native histograms a second array of these. A vector expression is Rows: its series, computed
// one at a time when somebody asks, so that sum(rate(x[5m])) never holds the rates of all series.
//
// Threads: Rows are read by any number of threads, each with a Worker of its own; the rest by one.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/packed_labels.h"
#include "model/queryable.h"
#include "model/sample.h"
#include "promql/annotations.h"
#include "promql/sample_budget.h"

namespace tributary::promql {

// A step without a value. No computation gives these bits: selectors leave staleness markers out,
// and arithmetic only makes quiet NaNs.
inline constexpr double kAbsent = kStaleMarker;
inline bool is_absent(double value) { return is_stale_marker(value); }

// The times at which an expression is evaluated.
struct Grid {
  std::int64_t start_ms = 0;
  std::int64_t step_ms = 1;
  std::size_t count = 1;

  std::int64_t at(std::size_t step) const {
    // Unsigned: a grid may be longer than half of all times.
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(start_ms) +
                                     step * static_cast<std::uint64_t>(step_ms));
  }
  std::int64_t last_ms() const { return at(count - 1); }
};

// One series, in somebody else's memory: its values at the steps [begin, end), and none elsewhere.
// Where a step has a histogram its float is absent.
struct RowView {
  const double* values = nullptr;                 // of the steps from `begin` on
  const FloatHistogramPtr* histograms = nullptr;  // the same; null: floats alone
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  bool covers(std::size_t step) const { return step >= begin && step < end; }
  bool has(std::size_t step) const {
    return covers(step) && (!is_absent(values[step - begin]) || histogram(step) != nullptr);
  }
  double value(std::size_t step) const { return covers(step) ? values[step - begin] : kAbsent; }
  const FloatHistogramPtr* histogram(std::size_t step) const {
    if (histograms == nullptr || !covers(step)) return nullptr;
    const FloatHistogramPtr& found = histograms[step - begin];
    return found == nullptr ? nullptr : &found;
  }
};

// Room for one series at all steps.
class RowBuffer {
 public:
  void reset(std::size_t steps) {
    values_.assign(steps, kAbsent);
    histograms_.clear();
    any_ = false;
  }
  void set(std::size_t step, double value) {
    values_[step] = value;
    if (!histograms_.empty()) histograms_[step] = nullptr;
    any_ = true;
  }
  void set(std::size_t step, FloatHistogramPtr histogram) {
    if (histograms_.empty()) histograms_.resize(values_.size());
    histograms_[step] = std::move(histogram);
    values_[step] = kAbsent;
    any_ = true;
  }
  double* values() { return values_.data(); }
  const double* values() const { return values_.data(); }
  void mark_used() { any_ = true; }  // after writing through values()
  RowView view() const {
    if (!any_) return {};
    return {values_.data(), histograms_.empty() ? nullptr : histograms_.data(), 0, values_.size()};
  }

 private:
  std::vector<double> values_;
  std::vector<FloatHistogramPtr> histograms_;
  bool any_ = false;
};

// Floats, and histograms by their weight.
std::uint64_t count_samples(RowView row);

// Counts the samples that a query looks at; per step where somebody wants that.
struct Tally {
  explicit Tally(std::size_t steps_counted = 0) : per_step(steps_counted) {}

  void add(std::size_t step, std::uint64_t samples) {
    total += samples;
    if (step < per_step.size()) per_step[step] += samples;
  }
  void merge(const Tally& other) {
    total += other.total;
    for (std::size_t i = 0; i < std::min(per_step.size(), other.per_step.size()); ++i) {
      per_step[i] += other.per_step[i];
    }
  }

  std::uint64_t total = 0;
  std::vector<std::uint64_t> per_step;
};

// Samples that are held until this goes.
class Hold {
 public:
  Hold() = default;
  Hold(SampleBudget& budget, std::uint64_t samples) : budget_(&budget), samples_(samples) {}
  Hold(Hold&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), samples_(other.samples_) {}
  Hold& operator=(Hold&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(samples_, other.samples_);
    return *this;
  }
  ~Hold() {
    if (budget_ != nullptr) budget_->release(samples_);
  }

 private:
  SampleBudget* budget_ = nullptr;
  std::uint64_t samples_ = 0;
};

// What one thread needs to compute rows: room that is used again, and what it has noticed.
struct Worker {
  explicit Worker(std::size_t steps_counted) : tally(steps_counted) {}

  // Room for what is made of `in`, which may itself be in one of the two buffers.
  RowBuffer& buffer(RowView in = {}) { return buffers[in.values == buffers[0].values() ? 1 : 0]; }

  // Gives the room back; what was noticed stays.
  void release() {
    samples = {};
    for (RowBuffer& one : buffers) one = {};
  }

  SeriesSamples samples;
  RowBuffer buffers[2];
  Annotations annotations;
  Tally tally;
  // Computed, not yet in the query's budget; and the most samples that one window had.
  std::uint64_t computed = 0;
  std::uint64_t window_max = 0;
  // In the query's budgets, on behalf of whoever reads the rows.
  std::uint64_t held = 0;
  std::uint64_t cells = 0;
};

// The series of a vector expression.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual std::size_t size() const = 0;
  // Valid as long as the query.
  virtual LabelsView labels(std::size_t row) const = 0;
  // The metadata labels that `labels` still shows are gone: whoever makes series of these rows
  // leaves them out.
  virtual bool strips_metadata() const { return false; }
  // Rows may have the same labels because of that.
  virtual bool may_collide() const { return strips_metadata(); }
  // With delayed name removal: they go at the end of the query.
  virtual bool drops_name(std::size_t row) const {
    (void)row;
    return false;
  }
  // Valid until the next call with this worker.
  virtual Result<RowView> compute(std::size_t row, Worker& worker) const = 0;
};
using RowsPtr = std::unique_ptr<Rows>;

struct MatrixRow {
  LabelsView labels;
  bool drops_name = false;
  // As in RowView.
  double* values = nullptr;
  FloatHistogramPtr* histograms = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;

  RowView view() const { return {values, histograms, begin, end}; }
  bool has(std::size_t step) const { return view().has(step); }
  double value(std::size_t step) const { return view().value(step); }
  const FloatHistogramPtr* histogram(std::size_t step) const { return view().histogram(step); }
  void erase(std::size_t step);
};

// Rows with their values. Every row has a value at some step, once whoever builds it is done.
class Matrix {
 public:
  explicit Matrix(std::size_t steps) : steps_(steps) {}

  std::size_t steps() const { return steps_; }
  std::span<const MatrixRow> rows() const { return rows_; }
  std::vector<MatrixRow>& mutable_rows() { return rows_; }

  // A row of all steps without values. The reference is good until the next call.
  MatrixRow& add(LabelsView labels, bool drops_name);
  // A row of the steps from the first value to the last, which may be a small part of all.
  void add(LabelsView labels, bool drops_name, RowView values);
  // The row covers the step.
  void set(MatrixRow& row, std::size_t step, double value);
  void set(MatrixRow& row, std::size_t step, FloatHistogramPtr histogram);
  // Makes the row cover all steps.
  void widen(MatrixRow& row);
  void append(Matrix&& other);
  void drop_empty_rows();
  std::uint64_t sample_count() const;

  void keep(Hold hold) { holds_.push_back(std::move(hold)); }

 private:
  double* new_values(std::size_t count);
  FloatHistogramPtr* new_histograms(std::size_t count);

  std::size_t steps_;
  std::vector<MatrixRow> rows_;
  std::vector<std::unique_ptr<double[]>> blocks_;
  double* free_ = nullptr;
  std::size_t free_count_ = 0;
  std::size_t block_size_ = 0;
  std::vector<std::unique_ptr<FloatHistogramPtr[]>> histograms_;
  std::vector<Hold> holds_;
};

}  // namespace tributary::promql
