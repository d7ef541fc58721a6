#include "promql/testing/custom_buckets.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "promql/testing/number_text.h"

namespace tributary::promql::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A classic histogram at one time, as far as its series tell.
struct Classic {
  std::map<double, double> buckets;  // upper bound to cumulative count
  std::optional<double> count;
  double sum = 0;
};

Result<FloatHistogram> convert(const Labels& labels, std::int64_t time_ms, Classic classic) {
  if (!classic.count) {
    classic.count = classic.buckets.empty() ? 0 : classic.buckets.rbegin()->second;
  }
  classic.buckets.try_emplace(kInfinity, *classic.count);
  FloatHistogram out;
  out.schema = kCustomBucketsSchema;
  out.count = *classic.count;
  out.sum = classic.sum;
  out.positive_spans = {{0, static_cast<std::uint32_t>(classic.buckets.size())}};
  double below = 0;
  for (const auto& [bound, count] : classic.buckets) {
    if (count < below) {
      return Error(Code::invalid_argument, labels.to_string() + " at " + std::to_string(time_ms) +
                                               ": buckets are not cumulative");
    }
    out.positive_counts.push_back(count - below);
    if (bound != kInfinity) out.custom_values.push_back(bound);
    below = count;
  }
  if (below != out.count) {
    return Error(Code::invalid_argument, labels.to_string() + " at " + std::to_string(time_ms) +
                                             ": the count is not that of the last bucket");
  }
  return out;
}

// Where `name` ends in `suffix`, what is before it.
std::optional<std::string> without(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  return std::string(name.substr(0, name.size() - suffix.size()));
}

using ClassicByTime = std::map<std::int64_t, Classic>;

template <class Set>
void collect(const LoadCommand& load, const LoadCommand::Series& series, const std::string& name,
             std::map<Labels, ClassicByTime>& out, Set set) {
  Labels labels = series.text.labels;
  labels.set(kMetricName, name);
  labels.erase("le");
  ClassicByTime& times = out[labels];
  std::int64_t time_ms = 0;
  for (const SequenceValue& value : series.text.values) {
    if (!value.omitted && !value.histogram) set(times[time_ms], value.value);
    time_ms += load.interval_ms;
  }
}

}  // namespace

Result<std::map<Labels, HistogramsByTime>> to_custom_buckets(const LoadCommand& load) {
  std::map<Labels, ClassicByTime> classic;
  for (const LoadCommand::Series& series : load.series) {
    const std::string_view name = series.text.labels.get(kMetricName);
    if (const auto base = without(name, "_bucket")) {
      const auto bound = parse_number(series.text.labels.get("le"));
      if (!bound || std::isnan(*bound)) continue;
      collect(load, series, *base, classic,
              [&](Classic& at, double value) { at.buckets.try_emplace(*bound, value); });
    } else if (const auto counted = without(name, "_count")) {
      collect(load, series, *counted, classic, [](Classic& at, double value) { at.count = value; });
    } else if (const auto summed = without(name, "_sum")) {
      collect(load, series, *summed, classic, [](Classic& at, double value) { at.sum = value; });
    }
  }
  std::map<Labels, HistogramsByTime> out;
  for (const auto& [labels, times] : classic) {
    for (const auto& [time_ms, histogram] : times) {
      TRIBUTARY_TRY(out[labels][time_ms], convert(labels, time_ms, histogram));
    }
  }
  return out;
}

}  // namespace tributary::promql::testing
