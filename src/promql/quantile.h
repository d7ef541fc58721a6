// Quantiles and fractions: of plain values, of classic histograms, of native histograms
// (Prometheus, promql/quantile.go).
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/float_histogram.h"
#include "promql/annotations.h"

namespace tributary::promql {

// Of values that are put into another order on the way; NaN is the smallest. NaN of none, -Inf
// below 0, +Inf above 1.
double quantile(double q, std::span<double> values);

// A bucket of a classic histogram: the observations up to `upper_bound`, those of all buckets below
// included.
struct ClassicBucket {
  double upper_bound = 0;
  double count = 0;
};

struct BucketQuantile {
  double value = 0;
  // Where counts had to be raised to that of the bucket below; its times are not set.
  std::optional<Annotation::Buckets> forced;
};

// Of buckets in any order, which are sorted, merged and made monotonic in place. NaN unless the
// highest ends at +Inf.
BucketQuantile bucket_quantile(double q, std::vector<ClassicBucket>& buckets);
double bucket_fraction(double lower, double upper, std::vector<ClassicBucket>& buckets);

// Of native histograms; what NaN observations do to the result is told in `annotations`.
double histogram_quantile(double q, const FloatHistogram& histogram, std::string_view metric,
                          Position position, Annotations& annotations);
double histogram_fraction(double lower, double upper, const FloatHistogram& histogram,
                          std::string_view metric, Position position, Annotations& annotations);

// The variance of the observations, each taken to be in the middle of its bucket.
double histogram_variance(const FloatHistogram& histogram);

}  // namespace tributary::promql
