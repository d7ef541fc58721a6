// The formulas of PromQL's functions of floats, written out as plainly as they can be; for
// ReferenceEvaluator.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/sample.h"

namespace tributary::promql::testing {

// The samples in (start_ms, end_ms], oldest first, at least one.
struct ReferenceWindow {
  std::vector<Sample> samples;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t time_ms = 0;  // of the evaluation, which offset and @ leave alone
};

// Null where there is no such function of a range (rate, max_over_time, ...).
using ReferenceRangeFunction = std::optional<double> (*)(const ReferenceWindow& window,
                                                         std::span<const double> scalars);
ReferenceRangeFunction find_range_function(std::string_view name);

// Null where there is no such function of a sample (abs, clamp, hour, ...).
using ReferenceSampleFunction = std::optional<double> (*)(double value,
                                                          std::span<const double> scalars);
ReferenceSampleFunction find_sample_function(std::string_view name);

double reference_quantile(double q, std::vector<double> values);
double reference_variance(std::span<const double> values);

// One bucket of a classic histogram.
struct ReferenceBucket {
  double upper = 0;
  double count = 0;  // of everything up to `upper`
};
double reference_bucket_quantile(double q, std::vector<ReferenceBucket> buckets);

}  // namespace tributary::promql::testing
