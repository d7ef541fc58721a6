// rate, increase, delta: extrapolated to the ends of the window; irate and idelta: from the last
// two samples.
#include <array>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

#include "promql/functions.h"
#include "promql/histogram_math.h"

namespace tributary::promql::functions {
namespace {

using Starts = std::span<const std::int64_t>;

// --- Start times

// Whether the second sample claims to begin before the first one was taken, other than by going on
// from the same start.
bool overlaps(std::int64_t start_before_ms, std::int64_t time_before_ms, std::int64_t start_ms) {
  return start_ms != 0 && start_ms < time_before_ms && start_ms != start_before_ms;
}

// Told once for each window.
template <class Samples>
void note_overlaps(const Samples& samples, Starts starts, FunctionNotes& notes) {
  for (std::size_t i = 1; i < samples.size() && i < starts.size(); ++i) {
    if (!overlaps(starts[i - 1], samples[i - 1].timestamp_ms, starts[i])) continue;
    notes.annotations.add(notes.position, note::start_time_overlap(notes.metric_name));
    return;
  }
}

template <class Samples>
bool began_anew_at(const Samples& samples, Starts starts, std::size_t i) {
  return i < starts.size() &&
         began_anew(starts[i - 1], samples[i - 1].timestamp_ms, starts[i], samples[i].timestamp_ms);
}

// --- Differences of first and last, with what resets took away given back

double float_difference(std::span<const Sample> samples) {
  return samples.back().value - samples.front().value;
}

double float_increase(std::span<const Sample> samples, Starts starts, FunctionNotes& notes) {
  double increase = float_difference(samples);
  if (starts.empty()) {
    double before = samples.front().value;
    for (const Sample& sample : samples.subspan(1)) {
      if (sample.value < before) increase += before;
      before = sample.value;
    }
    return increase;
  }
  note_overlaps(samples, starts, notes);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const double before = samples[i - 1].value;
    if (samples[i].value < before || began_anew_at(samples, starts, i)) increase += before;
  }
  return increase;
}

// Of at least two histograms.
class HistogramDifference {
 public:
  HistogramDifference(std::span<const HistogramSample> samples, Starts starts, bool is_counter,
                      FunctionNotes& notes)
      : samples_(samples), starts_(starts), is_counter_(is_counter), notes_(notes) {}

  // Nothing, with an annotation, where they do not fit each other.
  std::optional<FloatHistogram> compute() {
    // The first one does not matter, nor its buckets, where the second began anew.
    if (is_counter_ && was_reset(1, first_)) {
      const FloatHistogram& second = *samples_[1].histogram;
      nothing_.schema = second.schema;
      nothing_.custom_values = second.custom_values;
      first_ = &nothing_;
    }
    if (!can_mix()) {
      notes_.annotations.add(notes_.position,
                             note::mixed_exponential_custom_histograms(notes_.metric_name));
      return std::nullopt;
    }
    note_wrong_kind();
    FloatHistogram difference = *samples_.back().histogram;
    const std::int32_t schema = coarsest_schema();
    if (schema < difference.schema) reduce_schema(difference, schema);
    if (!subtract_noted(difference, *first_, notes_)) return std::nullopt;
    if (is_counter_ && !give_back(difference)) return std::nullopt;
    difference.reset_hint = ResetHint::gauge;
    compact(difference);
    return difference;
  }

 private:
  void note_wrong_kind() {
    const auto is_gauge = [](const HistogramSample& sample) {
      return sample.histogram->reset_hint == ResetHint::gauge;
    };
    if (is_counter_) {
      for (const HistogramSample& sample : samples_) {
        if (!is_gauge(sample)) continue;
        notes_.annotations.add(notes_.position, note::histogram_not_counter(notes_.metric_name));
        return;
      }
    } else if (!is_gauge(samples_.front()) || !is_gauge(samples_.back())) {
      notes_.annotations.add(notes_.position, note::histogram_not_gauge(notes_.metric_name));
    }
  }

  bool was_reset(std::size_t i, const FloatHistogram* before) const {
    return began_anew_at(samples_, starts_, i) || is_reset(*samples_[i].histogram, *before);
  }

  // Of a gauge, those between the first and the last do not matter.
  std::span<const HistogramSample> between() const {
    return is_counter_ ? samples_.subspan(1, samples_.size() - 2)
                       : std::span<const HistogramSample>();
  }

  bool can_mix() const {
    const bool custom = first_->uses_custom_buckets();
    if (samples_.back().histogram->uses_custom_buckets() != custom) return false;
    for (const HistogramSample& sample : between()) {
      if (sample.histogram->uses_custom_buckets() != custom) return false;
    }
    return true;
  }

  std::int32_t coarsest_schema() const {
    std::int32_t schema = std::min(first_->schema, samples_.back().histogram->schema);
    for (const HistogramSample& sample : between()) {
      schema = std::min(schema, sample.histogram->schema);
    }
    return schema;
  }

  // Adds what was there before each reset.
  bool give_back(FloatHistogram& difference) {
    note_overlaps(samples_, starts_, notes_);
    const FloatHistogram* before = first_;
    for (std::size_t i = 1; i < samples_.size(); ++i) {
      if (was_reset(i, before) && !add_noted(difference, *before, notes_)) return false;
      before = samples_[i].histogram.get();
    }
    return true;
  }

  const std::span<const HistogramSample> samples_;
  const Starts starts_;
  const bool is_counter_;
  FunctionNotes& notes_;
  FloatHistogram nothing_;
  const FloatHistogram* first_ = samples_.front().histogram.get();
};

// --- Extrapolation

// What is known of the samples when their difference is stretched to the window.
struct Stretch {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::size_t samples = 0;
  double first = 0;     // the first value or count; negative: no counter
  double increase = 0;  // of value or count
};

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

// The factor that makes the increase between first and last that of the whole window. Where samples
// come near its end (10 % more than the average distance) the series is taken to go on to it; else
// half an average distance further. A counter is not taken below zero.
double stretch_factor(const Stretch& known, const RangeWindow& window, bool is_counter) {
  const double sampled = seconds(known.last_ms - known.first_ms);
  const double average = sampled / static_cast<double>(known.samples - 1);
  const double threshold = average * 1.1;
  double to_start = seconds(known.first_ms - window.start_ms);
  double to_end = seconds(window.end_ms - known.last_ms);
  if (to_start >= threshold) to_start = average / 2;
  if (is_counter && known.increase > 0 && known.first >= 0) {
    to_start = std::min(to_start, sampled * (known.first / known.increase));
  }
  if (to_end >= threshold) to_end = average / 2;
  return sampled == 0 ? 1 : (sampled + to_start + to_end) / sampled;
}

// The same where the counter is known to have begun, at zero, at `start_ms` inside the window.
double stretch_factor_from_start(const Stretch& known, const RangeWindow& window,
                                 std::int64_t start_ms) {
  const double average = known.samples > 1 ? seconds(known.last_ms - known.first_ms) /
                                                 static_cast<double>(known.samples - 1)
                                           : 0;
  const double sampled = seconds(known.last_ms - start_ms);
  double to_end = seconds(window.end_ms - known.last_ms);
  if (to_end >= average * 1.1) to_end = average / 2;
  return sampled == 0 ? 1 : (sampled + to_end) / sampled;
}

// When the counter of the first sample began, if inside the window.
std::optional<std::int64_t> start_inside(const RangeWindow& window, Starts starts,
                                         std::int64_t first_ms) {
  if (starts.empty() || starts[0] == 0 || starts[0] <= window.start_ms || starts[0] >= first_ms) {
    return std::nullopt;
  }
  return starts[0];
}

double per_second(const RangeWindow& window, bool is_rate) {
  return is_rate ? seconds(window.end_ms - window.start_ms) : 1;
}

Result extrapolate_floats(const RangeWindow& window, bool is_counter, bool is_rate,
                          FunctionNotes& notes) {
  const auto samples = window.floats;
  const Starts starts = is_counter ? window.float_starts_ms : Starts();
  double increase = is_counter ? float_increase(samples, starts, notes) : float_difference(samples);
  const Stretch known{samples.front().timestamp_ms, samples.back().timestamp_ms, samples.size(),
                      samples.front().value, increase};
  double factor = 1;
  if (const auto start = start_inside(window, starts, known.first_ms)) {
    increase += samples.front().value;
    factor = stretch_factor_from_start(known, window, *start);
  } else if (samples.size() == 1) {
    return std::nullopt;
  } else {
    factor = stretch_factor(known, window, is_counter);
  }
  return of(increase * (factor / per_second(window, is_rate)));
}

Result extrapolate_histograms(const RangeWindow& window, bool is_counter, bool is_rate,
                              FunctionNotes& notes) {
  const auto samples = window.histograms;
  const Starts starts = is_counter ? window.histogram_starts_ms : Starts();
  const auto start = start_inside(window, starts, samples.front().timestamp_ms);
  if (samples.size() == 1 && !start) return std::nullopt;

  const FloatHistogram& first = *samples.front().histogram;
  std::optional<FloatHistogram> increase;
  if (samples.size() > 1) {
    increase = HistogramDifference(samples, starts, is_counter, notes).compute();
    if (!increase) return std::nullopt;
  }
  const Stretch known{samples.front().timestamp_ms, samples.back().timestamp_ms, samples.size(),
                      first.count, increase ? increase->count : 0};
  double factor = 1;
  if (!start) {
    factor = stretch_factor(known, window, is_counter);
  } else {
    factor = stretch_factor_from_start(known, window, *start);
    if (!increase) {
      increase = first;
    } else if (!add_noted(*increase, first, notes)) {
      return std::nullopt;
    }
  }
  multiply(*increase, factor / per_second(window, is_rate));
  return Point{0, std::make_shared<const FloatHistogram>(*std::move(increase))};
}

// Counters should be named or typed as such.
void check_counter(FunctionNotes& notes) {
  notes.counter_checked = true;
  const std::string_view name = notes.metric_name;
  if (name.empty()) return;
  if (notes.type_and_unit_labels) {
    if (notes.type_label == "counter" || notes.type_label == "histogram") return;
    notes.annotations.add(notes.position, note::possible_non_counter_label(name, notes.type_label));
    return;
  }
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"}) {
    if (name.ends_with(suffix)) return;
  }
  notes.annotations.add(notes.position, note::possible_non_counter(name));
}

Result change_over_window(const RangeWindow& window, bool is_counter, bool is_rate,
                          FunctionNotes& notes) {
  if (!window.floats.empty() && !window.histograms.empty()) {
    notes.annotations.add(notes.position, note::mixed_floats_histograms(notes.metric_name));
    return std::nullopt;
  }
  if (window.anchored || window.smoothed) return extended_rate(window, is_counter, is_rate, notes);
  if (window.floats.empty()) return extrapolate_histograms(window, is_counter, is_rate, notes);
  return extrapolate_floats(window, is_counter, is_rate, notes);
}

Result counter_change(const RangeWindow& window, bool is_rate, FunctionNotes& notes) {
  Result result = change_over_window(window, true, is_rate, notes);
  if (!notes.counter_checked && result && result->histogram == nullptr) check_counter(notes);
  return result;
}

// --- The last two samples

struct Latest {
  std::int64_t time_ms = 0;
  std::int64_t start_ms = 0;
  double value = 0;
  const FloatHistogram* histogram = nullptr;
};

std::int64_t start_at(Starts starts, std::size_t i) { return i < starts.size() ? starts[i] : 0; }

// The one before the last and the last, of a window with at least two.
std::array<Latest, 2> last_two(const RangeWindow& window) {
  std::array<Latest, 2> out;
  std::size_t floats = window.floats.size();
  std::size_t histograms = window.histograms.size();
  for (Latest* at : {&out[1], &out[0]}) {
    const bool is_float =
        histograms == 0 || (floats > 0 && window.floats[floats - 1].timestamp_ms >
                                              window.histograms[histograms - 1].timestamp_ms);
    if (is_float) {
      const Sample& sample = window.floats[--floats];
      *at = {sample.timestamp_ms, start_at(window.float_starts_ms, floats), sample.value, nullptr};
    } else {
      const HistogramSample& sample = window.histograms[--histograms];
      *at = {sample.timestamp_ms, start_at(window.histogram_starts_ms, histograms), 0,
             sample.histogram.get()};
    }
  }
  return out;
}

Result last_histograms(const Latest& before, const Latest& last, bool is_rate,
                       FunctionNotes& notes) {
  const auto gauges = (before.histogram->reset_hint == ResetHint::gauge ? 1 : 0) +
                      (last.histogram->reset_hint == ResetHint::gauge ? 1 : 0);
  if (is_rate && gauges > 0) {
    notes.annotations.add(notes.position, note::histogram_not_counter(notes.metric_name));
  }
  if (!is_rate && gauges < 2) {
    notes.annotations.add(notes.position, note::histogram_not_gauge(notes.metric_name));
  }
  FloatHistogram change = *last.histogram;
  const bool whole =
      is_rate && (began_anew(before.start_ms, before.time_ms, last.start_ms, last.time_ms) ||
                  is_reset(*last.histogram, *before.histogram));
  if (!whole && !subtract_noted(change, *before.histogram, notes)) return std::nullopt;
  change.reset_hint = ResetHint::gauge;
  compact(change);
  if (is_rate) divide(change, seconds(last.time_ms - before.time_ms));
  return Point{0, std::make_shared<const FloatHistogram>(std::move(change))};
}

Result latest_change(const RangeWindow& window, bool is_rate, FunctionNotes& notes) {
  if (window.floats.size() + window.histograms.size() < 2) return std::nullopt;
  const auto [before, last] = last_two(window);
  if (last.time_ms == before.time_ms) return std::nullopt;
  if ((before.histogram == nullptr) != (last.histogram == nullptr)) {
    notes.annotations.add(notes.position, note::mixed_floats_histograms(notes.metric_name));
    return std::nullopt;
  }
  if (last.histogram != nullptr) return last_histograms(before, last, is_rate, notes);

  if (!is_rate) return of(last.value - before.value);
  const bool whole = last.value < before.value ||
                     began_anew(before.start_ms, before.time_ms, last.start_ms, last.time_ms);
  const double change = whole ? last.value : last.value - before.value;
  return of(change / seconds(last.time_ms - before.time_ms));
}

}  // namespace

bool began_anew(std::int64_t start_before_ms, std::int64_t time_before_ms, std::int64_t start_ms,
                std::int64_t time_ms) {
  // Zero: unknown. Its own time or later: invalid, or OpenTelemetry's way to say unknown.
  if (start_ms == 0 || start_ms >= time_ms) return false;
  if (start_ms != time_before_ms) return start_ms > time_before_ms;
  // It begins where the sample before was taken: the next of a delta series, unless the start of
  // that one was unknown, too.
  return start_before_ms != 0 && start_before_ms < time_before_ms;
}

Result delta(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return change_over_window(window, false, false, notes);
}

Result increase(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return counter_change(window, false, notes);
}

Result rate(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return counter_change(window, true, notes);
}

Result idelta(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return latest_change(window, false, notes);
}

Result irate(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  return latest_change(window, true, notes);
}

}  // namespace tributary::promql::functions
