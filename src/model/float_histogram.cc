#include "model/float_histogram.h"

#include "model/sample.h"

namespace tributary {
namespace {

std::vector<double> absolute(const std::vector<std::int64_t>& deltas) {
  std::vector<double> counts;
  counts.reserve(deltas.size());
  std::int64_t count = 0;
  for (const std::int64_t delta : deltas) {
    // Bytes from outside may hold anything; wrapping is as good as any other nonsense.
    count = static_cast<std::int64_t>(static_cast<std::uint64_t>(count) +
                                      static_cast<std::uint64_t>(delta));
    counts.push_back(static_cast<double>(count));
  }
  return counts;
}

}  // namespace

FloatHistogram to_float(const NativeHistogram& histogram) {
  FloatHistogram out;
  out.schema = histogram.schema;
  out.reset_hint = histogram.reset_hint;
  out.sum = histogram.sum;
  out.zero_threshold = histogram.zero_threshold;
  out.positive_spans = histogram.positive_spans;
  out.negative_spans = histogram.negative_spans;
  out.custom_values = histogram.custom_values;
  if (histogram.is_float) {
    out.count = histogram.count_float;
    out.zero_count = histogram.zero_count_float;
    out.positive_counts = histogram.positive_counts;
    out.negative_counts = histogram.negative_counts;
  } else {
    out.count = static_cast<double>(histogram.count);
    out.zero_count = static_cast<double>(histogram.zero_count);
    out.positive_counts = absolute(histogram.positive_deltas);
    out.negative_counts = absolute(histogram.negative_deltas);
  }
  return out;
}

bool is_stale_marker(const FloatHistogram& histogram) { return is_stale_marker(histogram.sum); }

}  // namespace tributary
