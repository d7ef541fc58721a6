// A native histogram: exponential buckets (schema -4..8) or custom bounds (schema -53), counts as
// integers or floats. The fields are those of Prometheus' prompb.Histogram.
#pragma once

#include <cstdint>
#include <vector>

namespace tributary {

struct BucketSpan {
  std::int32_t offset = 0;  // gap to the previous span; for the first, the index it starts at
  std::uint32_t length = 0;

  bool operator==(const BucketSpan&) const = default;
};

enum class ResetHint : std::uint8_t { unknown, yes, no, gauge };

struct NativeHistogram {
  bool is_float = false;
  std::uint64_t count = 0;  // integer histograms
  double count_float = 0;   // float histograms
  double sum = 0;
  std::int32_t schema = 0;
  double zero_threshold = 0;
  std::uint64_t zero_count = 0;
  double zero_count_float = 0;
  std::vector<BucketSpan> negative_spans;
  std::vector<std::int64_t> negative_deltas;  // integer: difference to the bucket before
  std::vector<double> negative_counts;        // float: absolute
  std::vector<BucketSpan> positive_spans;
  std::vector<std::int64_t> positive_deltas;
  std::vector<double> positive_counts;
  ResetHint reset_hint = ResetHint::unknown;
  std::vector<double> custom_values;  // upper bounds, schema -53 only

  bool operator==(const NativeHistogram&) const = default;
};

}  // namespace tributary
