// A native histogram as queries see it: absolute counts as floats, whatever it was stored as.
// Buckets are kept sparse, as spans of consecutive indexes and their counts, in Prometheus' layout
// (model/histogram of Prometheus; spans as in remote write's Histogram message).
//
// Schema -4..8: bucket i of the positive side is (base^(i-1), base^i], base = 2^(2^-schema); the
// negative side mirrors it; the zero bucket is [-zero_threshold, zero_threshold]. Schema -53:
// custom upper bounds in `custom_values`, positive spans alone, no zero bucket.
//
// Arithmetic on it is PromQL's business: promql/histogram_math.h.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/histogram.h"

namespace tributary {

inline constexpr std::int32_t kCustomBucketsSchema = -53;

struct FloatHistogram {
  std::int32_t schema = 0;
  ResetHint reset_hint = ResetHint::unknown;
  double count = 0;
  double sum = 0;
  double zero_threshold = 0;
  double zero_count = 0;
  std::vector<BucketSpan> positive_spans;
  std::vector<double> positive_counts;
  std::vector<BucketSpan> negative_spans;
  std::vector<double> negative_counts;
  std::vector<double> custom_values;

  bool uses_custom_buckets() const { return schema == kCustomBucketsSchema; }

  bool operator==(const FloatHistogram&) const = default;
};

// Shared by whoever passes it on; never changed once shared.
using FloatHistogramPtr = std::shared_ptr<const FloatHistogram>;

FloatHistogram to_float(const NativeHistogram& histogram);

// A histogram's sum of kStaleMarker's bits says that the series ended.
bool is_stale_marker(const FloatHistogram& histogram);

}  // namespace tributary
