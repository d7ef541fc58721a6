// changes and resets: how often something happened from one sample to the next, floats and
// histograms in the order of their times.
#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/functions.h"
#include "promql/histogram_math.h"

namespace tributary::promql::functions {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// Where the samples to look at begin.
struct First {
  std::size_t floats = 0;
  std::size_t histograms = 0;
};

template <class Samples>
std::size_t count_until(const Samples& samples, std::int64_t time_ms) {
  const auto end = std::upper_bound(
      samples.begin(), samples.end(), time_ms,
      [](std::int64_t time, const auto& sample) { return time < sample.timestamp_ms; });
  return static_cast<std::size_t>(end - samples.begin());
}

// An anchored window begins with the latest sample up to its start, and is empty if none is inside.
std::optional<First> first_samples(const RangeWindow& window) {
  if (!window.anchored) return First{};
  const std::size_t floats = count_until(window.floats, window.start_ms);
  const std::size_t histograms = count_until(window.histograms, window.start_ms);
  if (floats == window.floats.size() && histograms == window.histograms.size()) {
    return std::nullopt;
  }
  if (floats == 0 && histograms == 0) return First{};
  const bool float_is_anchor =
      histograms == 0 || (floats > 0 && window.floats[floats - 1].timestamp_ms >=
                                            window.histograms[histograms - 1].timestamp_ms);
  return float_is_anchor ? First{floats - 1, histograms} : First{floats, histograms - 1};
}

struct Seen {
  std::int64_t time_ms = 0;
  std::int64_t start_ms = 0;
  double value = 0;
  const FloatHistogram* histogram = nullptr;
};

// How many samples `happened` is true of, given the one before; from float to histogram or back it
// always happens.
template <class Happened>
std::size_t count_over(const RangeWindow& window, First first, Happened happened) {
  std::size_t count = 0;
  std::optional<Seen> before;
  const auto see = [&](const Seen& now) {
    if (before) {
      const bool same_kind = (before->histogram == nullptr) == (now.histogram == nullptr);
      if (!same_kind || happened(*before, now)) ++count;
    }
    before = now;
  };
  std::size_t f = first.floats;
  std::size_t h = first.histograms;
  while (f < window.floats.size() || h < window.histograms.size()) {
    const std::int64_t float_ms = f < window.floats.size() ? window.floats[f].timestamp_ms : kNever;
    if (h == window.histograms.size() || float_ms < window.histograms[h].timestamp_ms) {
      const std::int64_t start = f < window.float_starts_ms.size() ? window.float_starts_ms[f] : 0;
      see({float_ms, start, window.floats[f].value, nullptr});
      ++f;
    } else {
      const HistogramSample& sample = window.histograms[h];
      const std::int64_t start =
          h < window.histogram_starts_ms.size() ? window.histogram_starts_ms[h] : 0;
      see({sample.timestamp_ms, start, 0, sample.histogram.get()});
      ++h;
    }
  }
  return count;
}

// The same where there are floats alone, and no start times.
template <class Happened>
std::size_t count_over_floats(std::span<const Sample> samples, Happened happened) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    count += happened(samples[i - 1].value, samples[i].value) ? 1 : 0;
  }
  return count;
}

bool changed(double before, double now) {
  return now != before && !(std::isnan(now) && std::isnan(before));
}

}  // namespace

Result changes(const RangeWindow& window, Scalars, FunctionNotes&) {
  const auto first = first_samples(window);
  if (!first) return std::nullopt;
  if (window.histograms.empty()) {
    return of(
        static_cast<double>(count_over_floats(window.floats.subspan(first->floats), changed)));
  }
  const auto happened = [](const Seen& before, const Seen& now) {
    if (now.histogram != nullptr) return !same_data(*now.histogram, *before.histogram);
    return changed(before.value, now.value);
  };
  return of(static_cast<double>(count_over(window, *first, happened)));
}

Result resets(const RangeWindow& window, Scalars, FunctionNotes&) {
  const auto first = first_samples(window);
  if (!first) return std::nullopt;
  if (window.histograms.empty() && window.float_starts_ms.empty()) {
    const auto fell = [](double before, double now) { return now < before; };
    return of(static_cast<double>(count_over_floats(window.floats.subspan(first->floats), fell)));
  }
  const auto happened = [](const Seen& before, const Seen& now) {
    if (began_anew(before.start_ms, before.time_ms, now.start_ms, now.time_ms)) return true;
    if (now.histogram != nullptr) return is_reset(*now.histogram, *before.histogram);
    return now.value < before.value;
  };
  return of(static_cast<double>(count_over(window, *first, happened)));
}

}  // namespace tributary::promql::functions
