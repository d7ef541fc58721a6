// Puts the series of a batch back together as OpenTelemetry counts them: resources, scopes, metrics
// and data points. The buckets, the sum and the count of a histogram are one point, as are the
// quantiles of a summary.
//
// Values; they point into the batch that they were made of. No threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/batch.h"

namespace tributary::collector::debug {

// Which kind of OpenTelemetry metric a family is.
enum class DataType : std::uint8_t { gauge, sum, histogram, exponential_histogram, summary };

struct Bucket {
  double upper_bound = 0;
  double cumulative = 0;
};
struct Quantile {
  double quantile = 0;
  double value = 0;
};

struct Point {
  Labels attributes;
  std::int64_t timestamp_ms = 0;
  std::int64_t start_ms = 0;  // 0: unknown
  bool stale = false;
  double value = 0;
  std::optional<double> count;
  std::optional<double> sum;
  std::vector<Bucket> buckets;
  std::vector<Quantile> quantiles;
  const NativeHistogram* native = nullptr;
};

struct Metric {
  const MetricFamily* family = nullptr;
  DataType type = DataType::gauge;
  bool monotonic = false;
  std::vector<Point> points;
  std::map<Labels, std::size_t> compound_points;  // where the points of several series are
};

struct ScopeMetrics {
  const Scope* scope = nullptr;  // may be null
  std::vector<Metric> metrics;
};

struct ResourceMetrics {
  const Resource* resource = nullptr;  // may be null
  std::vector<ScopeMetrics> scopes;
};

// In the order in which each appears in the batch.
std::vector<ResourceMetrics> group(const Batch& batch);

// The same counted, without building it.
struct Counts {
  std::size_t resources = 0;
  std::size_t metrics = 0;
  std::size_t points = 0;
};
Counts count(const Shape& shape);

}  // namespace tributary::collector::debug
