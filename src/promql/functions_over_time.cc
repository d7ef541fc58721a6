// The *_over_time functions: one number, time or histogram for a window of samples.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "promql/functions.h"
#include "promql/histogram_sum.h"
#include "promql/numeric.h"
#include "promql/quantile.h"

namespace tributary::promql::functions {
namespace {

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

// --- Sums

double compensated_sum(std::span<const Sample> samples) {
  CompensatedSum sum;
  for (const Sample& sample : samples) sum.add(sample.value);
  return std::isinf(sum.sum) ? sum.sum : sum.value();
}

// The mean of what a sum of would overflow, as a running one from the sample on that does it.
double running_mean(std::span<const Sample> samples, std::size_t from, CompensatedSum sum) {
  auto count = static_cast<double>(from);
  CompensatedSum mean{sum.sum / count, sum.compensation / count};
  for (const Sample& sample : samples.subspan(from)) {
    ++count;
    const double weight = (count - 1) / count;
    mean.sum *= weight;
    mean.compensation *= weight;
    mean.add(sample.value / count);
  }
  return mean.value();
}

double mean(std::span<const Sample> samples) {
  CompensatedSum sum{samples.front().value, 0};
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const CompensatedSum before = sum;
    sum.add(samples[i].value);
    if (std::isinf(sum.sum)) return running_mean(samples, i, before);
  }
  const auto count = static_cast<double>(samples.size());
  return sum.sum / count + sum.compensation / count;
}

// Sum is a HistogramSum or HistogramMean.
template <class Sum>
Result combined(std::span<const HistogramSample> samples, FunctionNotes& notes) {
  Sum sum(*samples.front().histogram);
  for (const HistogramSample& sample : samples.subspan(1)) {
    if (sum.add(*sample.histogram)) continue;
    notes.annotations.add(notes.position,
                          note::mixed_exponential_custom_histograms(notes.metric_name));
    return std::nullopt;
  }
  constexpr auto kOperation = note::HistogramOperation::aggregation;
  if (sum.reset_collision()) {
    notes.annotations.add(notes.position, note::counter_reset_collision(kOperation));
  }
  if (sum.bounds_reconciled()) {
    notes.annotations.add(notes.position, note::mismatched_custom_buckets(kOperation));
  }
  return Point{0, std::make_shared<const FloatHistogram>(std::move(sum).take())};
}

bool is_mixed(const RangeWindow& window, FunctionNotes& notes) {
  if (window.floats.empty() || window.histograms.empty()) return false;
  notes.annotations.add(notes.position, note::mixed_floats_histograms(notes.metric_name));
  return true;
}

// --- Extremes

// The value that `beats` all others; NaN only where there is nothing else. Four at a time, since
// one would wait for the other.
template <class Beats>
double best_value(std::span<const Sample> samples, Beats beats) {
  std::size_t i = 0;
  while (i + 1 < samples.size() && std::isnan(samples[i].value)) ++i;
  std::array<double, 4> best;
  best.fill(samples[i].value);
  const auto keep_better = [&beats](double value, double& so_far) {
    so_far = beats(value, so_far) ? value : so_far;
  };
  for (; i + best.size() <= samples.size(); i += best.size()) {
    for (std::size_t lane = 0; lane < best.size(); ++lane) {
      keep_better(samples[i + lane].value, best[lane]);
    }
  }
  for (; i < samples.size(); ++i) keep_better(samples[i].value, best[0]);
  for (const double value : best) keep_better(value, best[0]);
  return best[0];
}

template <class Beats>
Result extreme(const RangeWindow& window, FunctionNotes& notes, Beats beats) {
  if (window.floats.empty()) return std::nullopt;
  note_ignored_histograms(window, notes);
  return of(best_value(window.floats, beats));
}

// The time of the last one of the best.
template <class Beats>
Result time_of_extreme(const RangeWindow& window, FunctionNotes& notes, Beats beats_or_equals) {
  if (window.floats.empty()) return std::nullopt;
  note_ignored_histograms(window, notes);
  Sample best = window.floats.front();
  for (const Sample& sample : window.floats) {
    if (beats_or_equals(sample.value, best.value) || std::isnan(best.value)) best = sample;
  }
  return of(seconds(best.timestamp_ms));
}

// --- Spread

double variance(std::span<const Sample> samples) {
  double count = 0;
  CompensatedSum mean;
  CompensatedSum squares;
  for (const Sample& sample : samples) {
    ++count;
    const double difference = sample.value - mean.value();
    mean.add(difference / count);
    squares.add(difference * (sample.value - mean.value()));
  }
  return squares.value() / count;
}

// The values alone, to be put into another order; on the stack where they are few.
class Values {
 public:
  explicit Values(std::span<const Sample> samples) {
    if (samples.size() > few_.size()) many_.resize(samples.size());
    values_ = many_.empty() ? std::span(few_).first(samples.size()) : std::span(many_);
    for (std::size_t i = 0; i < samples.size(); ++i) values_[i] = samples[i].value;
  }
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  std::span<double> get() { return values_; }

 private:
  std::array<double, 256> few_;
  std::vector<double> many_;
  std::span<double> values_;
};

// The median of the distances to the median.
double median_deviation(std::span<double> values) {
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    return kNormalNaN;
  }
  const double median = quantile(0.5, values);
  for (double& value : values) value = std::abs(value - median);
  return quantile(0.5, values);
}

}  // namespace

Result avg_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (is_mixed(window, notes)) return std::nullopt;
  if (window.floats.empty()) return combined<HistogramMean>(window.histograms, notes);
  return of(mean(window.floats));
}

Result sum_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (is_mixed(window, notes)) return std::nullopt;
  if (window.floats.empty()) return combined<HistogramSum>(window.histograms, notes);
  return of(compensated_sum(window.floats));
}

Result count_over_time(const RangeWindow& window, Scalars, FunctionNotes&) {
  return of(static_cast<double>(window.floats.size() + window.histograms.size()));
}

Result present_over_time(const RangeWindow&, Scalars, FunctionNotes&) { return of(1); }

Result first_over_time(const RangeWindow& window, Scalars, FunctionNotes&) {
  const bool is_float = window.histograms.empty() ||
                        (!window.floats.empty() && window.floats.front().timestamp_ms <
                                                       window.histograms.front().timestamp_ms);
  if (is_float) return of(window.floats.front().value);
  return Point{0, window.histograms.front().histogram};
}

Result last_over_time(const RangeWindow& window, Scalars, FunctionNotes&) {
  const bool is_float = window.histograms.empty() ||
                        (!window.floats.empty() &&
                         window.floats.back().timestamp_ms > window.histograms.back().timestamp_ms);
  if (is_float) return of(window.floats.back().value);
  return Point{0, window.histograms.back().histogram};
}

Result ts_of_first_over_time(const RangeWindow& window, Scalars, FunctionNotes&) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  if (!window.floats.empty()) first = window.floats.front().timestamp_ms;
  if (!window.histograms.empty()) first = std::min(first, window.histograms.front().timestamp_ms);
  return of(seconds(first));
}

Result ts_of_last_over_time(const RangeWindow& window, Scalars, FunctionNotes&) {
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  if (!window.floats.empty()) last = window.floats.back().timestamp_ms;
  if (!window.histograms.empty()) last = std::max(last, window.histograms.back().timestamp_ms);
  return of(seconds(last));
}

Result max_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return extreme(window, notes, std::greater<>());
}

Result min_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return extreme(window, notes, std::less<>());
}

Result ts_of_max_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return time_of_extreme(window, notes, std::greater_equal<>());
}

Result ts_of_min_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return time_of_extreme(window, notes, std::less_equal<>());
}

Result stdvar_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (window.floats.empty()) return std::nullopt;
  note_ignored_histograms(window, notes);
  return of(variance(window.floats));
}

Result stddev_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (window.floats.empty()) return std::nullopt;
  note_ignored_histograms(window, notes);
  return of(std::sqrt(variance(window.floats)));
}

Result mad_over_time(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (window.floats.empty()) return std::nullopt;
  note_ignored_histograms(window, notes);
  return of(median_deviation(Values(window.floats).get()));
}

Result quantile_over_time(const RangeWindow& window, Scalars scalars, FunctionNotes& notes) {
  if (window.floats.empty()) return std::nullopt;
  const double q = scalars[0];
  if (!(q >= 0 && q <= 1)) notes.annotations.add(notes.position, note::invalid_quantile(q));
  note_ignored_histograms(window, notes);
  return of(quantile(q, Values(window.floats).get()));
}

}  // namespace tributary::promql::functions
