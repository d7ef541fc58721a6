// Quantiles, fractions and the variance of native histograms.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/sample.h"
#include "promql/histogram_buckets.h"
#include "promql/numeric.h"
#include "promql/quantile.h"

namespace tributary::promql {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A zero bucket without observations on one side of it ends at zero there.
void narrow_zero_bucket(const FloatHistogram& histogram, Bucket& bucket) {
  const bool negative = !histogram.negative_counts.empty();
  const bool positive = !histogram.positive_counts.empty();
  if (positive && !negative) bucket.lower = 0;
  if (negative && !positive) bucket.upper = 0;
}

double inside_bucket(const FloatHistogram& histogram, const Bucket& bucket, double fraction) {
  if (histogram.uses_custom_buckets() || (bucket.lower <= 0 && bucket.upper >= 0)) {
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  }
  // On a logarithmic scale all buckets have the same width.
  const double lower = std::log2(std::abs(bucket.lower));
  const double upper = std::log2(std::abs(bucket.upper));
  if (bucket.lower > 0) return std::exp2(lower + (upper - lower) * fraction);
  return -std::exp2(upper + (lower - upper) * (1 - fraction));
}

}  // namespace

double histogram_quantile(double q, const FloatHistogram& histogram, std::string_view metric,
                          Position position, Annotations& annotations) {
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  if (histogram.count == 0 || std::isnan(q)) return kNormalNaN;

  // NaN observations are in the count, but in no bucket; then only the way up tells the rank.
  const bool has_nan = std::isnan(histogram.sum);
  const bool upwards = has_nan || q < 0.5;
  const double rank = (upwards ? q : 1 - q) * histogram.count;
  AllBuckets buckets(histogram,
                     upwards ? AllBuckets::Order::ascending : AllBuckets::Order::descending);
  Bucket bucket;
  double count = 0;
  while (buckets.next()) {
    if (buckets.count() == 0) continue;
    bucket = buckets.bucket();
    count += bucket.count;
    if (count >= rank) break;
  }

  if (histogram.uses_custom_buckets()) {
    if (bucket.lower == -kInfinity) {
      if (bucket.upper <= 0) return bucket.upper;
      bucket.lower = 0;
    } else if (bucket.upper == kInfinity) {
      return bucket.lower;
    }
  } else if (bucket.lower < 0 && bucket.upper > 0) {
    narrow_zero_bucket(histogram, bucket);
  }
  count = std::min(count, histogram.count);
  if (count < rank) {
    if (!has_nan) return bucket.upper;
    annotations.add(position, note::quantile_is_nan(metric));
    return kNormalNaN;
  }
  const double rank_in_bucket = upwards ? rank - (count - bucket.count) : count - rank;
  if (has_nan) {
    // The sum is NaN as well where infinities of both signs were observed. As in Prometheus, the
    // value comes from the highest bucket then.
    while (buckets.next()) {
      bucket = buckets.bucket();
      count += bucket.count;
    }
    if (count < histogram.count) annotations.add(position, note::quantile_skewed_by_nan(metric));
  }
  return inside_bucket(histogram, bucket, rank_in_bucket / bucket.count);
}

double histogram_fraction(double lower, double upper, const FloatHistogram& histogram,
                          std::string_view metric, Position position, Annotations& annotations) {
  if (histogram.count == 0 || std::isnan(lower) || std::isnan(upper)) return kNormalNaN;
  if (lower >= upper) return 0;

  std::optional<double> lower_rank;
  std::optional<double> upper_rank;
  double below = 0;
  double total = 0;
  for (AllBuckets buckets(histogram); buckets.next();) {
    Bucket bucket = buckets.bucket();
    total += bucket.count;
    const bool is_zero_bucket = bucket.lower <= 0 && bucket.upper >= 0;
    if (is_zero_bucket) narrow_zero_bucket(histogram, bucket);
    const bool linear = histogram.uses_custom_buckets() || is_zero_bucket;
    const auto look = [&](double value, std::optional<double>& rank) {
      if (rank) return;
      if (bucket.lower >= value) {
        rank = below;
      } else if (bucket.upper > value) {
        // A bucket without a lower bound counts in full.
        rank = linear && bucket.lower == -kInfinity
                   ? bucket.count
                   : below + bucket.count * fraction_below(bucket, value, linear);
      }
    };
    look(lower, lower_rank);
    look(upper, upper_rank);
    if (lower_rank && upper_rank && !std::isnan(histogram.sum)) break;
    below += bucket.count;
  }
  if (!std::isnan(histogram.sum)) {
    total = histogram.count;
  } else if (total < histogram.count) {
    annotations.add(position, note::fraction_without_nan(metric));
  }
  const auto capped = [total](std::optional<double> rank) {
    return rank ? std::min(*rank, total) : total;
  };
  return (capped(upper_rank) - capped(lower_rank)) / histogram.count;
}

double histogram_variance(const FloatHistogram& histogram) {
  const double mean = histogram.sum / histogram.count;
  CompensatedSum squares;
  for (AllBuckets buckets(histogram); buckets.next();) {
    if (buckets.count() == 0) continue;
    const Bucket bucket = buckets.bucket();
    double middle = 0;
    if (histogram.uses_custom_buckets()) {
      middle = (bucket.upper + bucket.lower) / 2;
    } else if (bucket.lower > 0 || bucket.upper < 0) {
      middle = std::copysign(std::sqrt(bucket.upper * bucket.lower), bucket.upper);
    }
    const double difference = middle - mean;
    squares.add(bucket.count * difference * difference);
  }
  return squares.value() / histogram.count;
}

}  // namespace tributary::promql
