// rate, increase and delta over anchored and smoothed windows: the samples around the window tell
// the values at its ends, so nothing is extrapolated.
#include <algorithm>
#include <memory>
#include <utility>

#include "promql/functions.h"
#include "promql/histogram_math.h"
#include "promql/interpolation.h"

namespace tributary::promql {

double interpolate(const Sample& a, const Sample& b, std::int64_t time_ms, bool is_counter) {
  const double from = is_counter && b.value < a.value ? 0 : a.value;
  return from + (b.value - from) * static_cast<double>(time_ms - a.timestamp_ms) /
                    static_cast<double>(b.timestamp_ms - a.timestamp_ms);
}

std::optional<FloatHistogram> interpolate(const HistogramSample& a, const HistogramSample& b,
                                          std::int64_t time_ms, bool is_counter,
                                          FunctionNotes& notes) {
  if (time_ms == a.timestamp_ms) return *a.histogram;
  FloatHistogram result = *b.histogram;
  if (time_ms == b.timestamp_ms) return result;
  const double share = static_cast<double>(time_ms - a.timestamp_ms) /
                       static_cast<double>(b.timestamp_ms - a.timestamp_ms);
  if (is_counter && is_reset(*b.histogram, *a.histogram)) {
    multiply(result, share);
    return result;
  }
  if (!functions::subtract_noted(result, *a.histogram, notes)) return std::nullopt;
  multiply(result, share);
  if (!functions::add_noted(result, *a.histogram, notes)) return std::nullopt;
  return result;
}

namespace functions {
namespace {

// Indexes of the samples that the ends of the window are made of: the last one up to its start, if
// there is one, and the last one (anchored) or the first one from its end on (smoothed).
struct Ends {
  std::size_t first = 0;
  std::size_t last = 0;
};

template <class Samples>
std::optional<Ends> find_ends(const Samples& samples, const RangeWindow& window) {
  Ends ends{0, samples.size() - 1};
  const auto before_last = samples.first(ends.last);
  const auto index_of = [&](auto at) { return static_cast<std::size_t>(at - before_last.begin()); };
  const std::size_t inside = index_of(std::ranges::partition_point(
      before_last, [&](const auto& sample) { return sample.timestamp_ms <= window.start_ms; }));
  if (inside > 0) ends.first = inside - 1;
  if (window.smoothed) {
    ends.last = index_of(std::ranges::partition_point(
        before_last, [&](const auto& sample) { return sample.timestamp_ms < window.end_ms; }));
  }
  if (samples[ends.last].timestamp_ms <= window.start_ms) return std::nullopt;
  if (window.smoothed && samples[ends.first].timestamp_ms > window.end_ms) return std::nullopt;
  return ends;
}

template <class Samples>
bool interpolates_left(const Samples& samples, Ends ends, const RangeWindow& window) {
  return window.smoothed && samples[ends.first].timestamp_ms < window.start_ms;
}

template <class Samples>
bool interpolates_right(const Samples& samples, Ends ends, const RangeWindow& window) {
  return window.smoothed && ends.last > 0 && samples[ends.last].timestamp_ms > window.end_ms;
}

double range_seconds(const RangeWindow& window) {
  return static_cast<double>(window.end_ms - window.start_ms) / 1000;
}

Result extended_floats(const RangeWindow& window, bool is_counter, bool is_rate) {
  const auto samples = window.floats;
  const auto found = find_ends(samples, window);
  if (!found) return std::nullopt;
  const auto [first, last] = *found;
  const double left =
      interpolates_left(samples, *found, window)
          ? interpolate(samples[first], samples[first + 1], window.start_ms, is_counter)
          : samples[first].value;
  const double right =
      interpolates_right(samples, *found, window)
          ? interpolate(samples[last - 1], samples[last], window.end_ms, is_counter)
          : samples[last].value;
  double change = right - left;
  if (is_counter) {
    // Resets at the ends are in the interpolated values.
    double before = left;
    const auto see = [&](double value) {
      if (value < before) change += before;
      before = value;
    };
    for (std::size_t i = first; i <= last; ++i) {
      const std::int64_t time = samples[i].timestamp_ms;
      const bool is_left_end = i == first && time <= window.start_ms;
      const bool is_right_end = i == last && time >= window.end_ms;
      if (!is_left_end && !is_right_end) see(samples[i].value);
    }
    see(right);
  }
  return of(is_rate ? change / range_seconds(window) : change);
}

class ExtendedHistograms {
 public:
  ExtendedHistograms(const RangeWindow& window, bool is_counter, FunctionNotes& notes)
      : window_(window), is_counter_(is_counter), notes_(notes) {}

  std::optional<FloatHistogram> change() {
    const auto found = find_ends(samples_, window_);
    if (!found) return std::nullopt;
    ends_ = *found;
    if (!fit_each_other()) return std::nullopt;
    const auto left = at_left_end();
    const auto right = left ? at_right_end() : std::nullopt;
    if (!right) return std::nullopt;

    if (!is_counter_ &&
        (left->reset_hint != ResetHint::gauge || right->reset_hint != ResetHint::gauge)) {
      notes_.annotations.add(notes_.position, note::histogram_not_gauge(notes_.metric_name));
    }
    FloatHistogram change = *right;
    if (!subtract_noted(change, *left, notes_)) return std::nullopt;
    if (is_counter_) {
      std::optional<FloatHistogram> lost;
      if (!lost_in_resets(*left, *right, lost)) return std::nullopt;
      if (lost && !add_noted(change, *lost, notes_)) return std::nullopt;
    }
    return change;
  }

 private:
  bool fit_each_other() {
    const bool custom = samples_[ends_.first].histogram->uses_custom_buckets();
    for (std::size_t i = ends_.first; i <= ends_.last; ++i) {
      if (samples_[i].histogram->uses_custom_buckets() != custom) {
        notes_.annotations.add(notes_.position,
                               note::mixed_exponential_custom_histograms(notes_.metric_name));
        return false;
      }
      if (is_counter_ && samples_[i].histogram->reset_hint == ResetHint::gauge) {
        notes_.annotations.add(notes_.position, note::histogram_not_counter(notes_.metric_name));
      }
    }
    return true;
  }

  std::optional<FloatHistogram> at_left_end() {
    if (!interpolates_left(samples_, ends_, window_)) return *samples_[ends_.first].histogram;
    return interpolate(samples_[ends_.first], samples_[ends_.first + 1], window_.start_ms,
                       is_counter_, notes_);
  }

  std::optional<FloatHistogram> at_right_end() {
    if (!interpolates_right(samples_, ends_, window_)) return *samples_[ends_.last].histogram;
    return interpolate(samples_[ends_.last - 1], samples_[ends_.last], window_.end_ms, is_counter_,
                       notes_);
  }

  // What the samples between the ends had counted before each reset. False where they do not add
  // up.
  bool lost_in_resets(const FloatHistogram& left, const FloatHistogram& right,
                      std::optional<FloatHistogram>& lost) {
    std::size_t next = ends_.first + 1;
    const FloatHistogram* before = &left;
    if (interpolates_left(samples_, ends_, window_) &&
        is_reset(*samples_[next].histogram, *samples_[ends_.first].histogram)) {
      // The value at the left end begins after that reset.
      before = samples_[next].histogram.get();
      ++next;
    }
    // The sample at the right end is left out: `right` is that or follows from it, with its hint.
    if (next > ends_.last) return true;
    const auto see = [&](const FloatHistogram& histogram) {
      if (is_reset(histogram, *before)) {
        if (!lost) {
          lost = *before;
        } else if (!add_noted(*lost, *before, notes_)) {
          return false;
        }
      }
      before = &histogram;
      return true;
    };
    for (; next < ends_.last; ++next) {
      if (!see(*samples_[next].histogram)) return false;
    }
    return see(right);
  }

  const RangeWindow& window_;
  const std::span<const HistogramSample> samples_ = window_.histograms;
  const bool is_counter_;
  FunctionNotes& notes_;
  Ends ends_;
};

}  // namespace

Result extended_rate(const RangeWindow& window, bool is_counter, bool is_rate,
                     FunctionNotes& notes) {
  if (!window.floats.empty()) return extended_floats(window, is_counter, is_rate);
  auto change = ExtendedHistograms(window, is_counter, notes).change();
  if (!change) return std::nullopt;
  if (is_rate) divide(*change, range_seconds(window));
  change->reset_hint = ResetHint::gauge;
  compact(*change);
  return Point{0, std::make_shared<const FloatHistogram>(*std::move(change))};
}

}  // namespace functions
}  // namespace tributary::promql
