#include "promql/quantile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tributary::promql {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

double of_values(double q, std::vector<double> values) { return quantile(q, values); }

std::vector<ClassicBucket> classic() { return {{0.1, 3}, {kInfinity, 9}, {0.5, 7}, {1, 8}}; }

FloatHistogram powers_of_two(std::vector<double> counts) {
  FloatHistogram histogram;
  histogram.positive_spans = {{1, static_cast<std::uint32_t>(counts.size())}};  // from (1,2] on
  for (const double count : counts) histogram.count += count;
  histogram.positive_counts = std::move(counts);
  return histogram;
}

double native_quantile(double q, const FloatHistogram& histogram) {
  Annotations annotations;
  return histogram_quantile(q, histogram, "", {}, annotations);
}

double native_fraction(double lower, double upper, const FloatHistogram& histogram) {
  Annotations annotations;
  return histogram_fraction(lower, upper, histogram, "", {}, annotations);
}

TEST(Quantile, InterpolatesBetweenTheNearestValues) {
  EXPECT_EQ(of_values(0.5, {3, 1, 2}), 2);
  EXPECT_EQ(of_values(0.25, {0, 4}), 1);
  EXPECT_EQ(of_values(1, {5}), 5);
}

TEST(Quantile, TakesNaNForTheSmallest) {
  EXPECT_TRUE(std::isnan(of_values(0, {1, kNaN, 2})));
  EXPECT_EQ(of_values(1, {1, kNaN, 2}), 2);
}

TEST(Quantile, IsInfiniteOutsideOfZeroToOne) {
  EXPECT_EQ(of_values(-0.1, {1}), -kInfinity);
  EXPECT_EQ(of_values(1.1, {1}), kInfinity);
  EXPECT_TRUE(std::isnan(of_values(0.5, {})));
}

TEST(BucketQuantile, InterpolatesInTheBucketOfTheRank) {
  auto buckets = classic();

  EXPECT_DOUBLE_EQ(bucket_quantile(0.5, buckets).value, 0.1 + 0.4 * (1.5 / 4));
  EXPECT_DOUBLE_EQ(bucket_quantile(0.1, buckets).value, 0.1 * 0.3);
  EXPECT_DOUBLE_EQ(bucket_quantile(1, buckets).value, 1) << "the bound below +Inf";
}

TEST(BucketQuantile, NeedsABucketUpToInfinity) {
  std::vector<ClassicBucket> buckets = {{1, 1}, {2, 2}};

  EXPECT_TRUE(std::isnan(bucket_quantile(0.5, buckets).value));
}

TEST(BucketQuantile, RaisesCountsThatFallAndTellsWhere) {
  std::vector<ClassicBucket> buckets = {{1, 10}, {2, 8}, {3, 6}, {4, 20}, {kInfinity, 20}};

  const BucketQuantile result = bucket_quantile(0.9, buckets);

  EXPECT_DOUBLE_EQ(result.value, 3.8);
  ASSERT_TRUE(result.forced);
  EXPECT_EQ(result.forced->min_bound, 2);
  EXPECT_EQ(result.forced->max_bound, 3);
  EXPECT_EQ(result.forced->difference_max, 4);
}

TEST(BucketQuantile, OverlooksDifferencesOfRounding) {
  std::vector<ClassicBucket> buckets = {{1, 1e12}, {2, 1e12 - 0.1}, {kInfinity, 2e12}};

  EXPECT_FALSE(bucket_quantile(0.5, buckets).forced);
}

TEST(BucketFraction, InterpolatesBothEnds) {
  std::vector<ClassicBucket> buckets = {{1, 2}, {2, 6}, {kInfinity, 8}};

  EXPECT_DOUBLE_EQ(bucket_fraction(0.5, 1.5, buckets), 3.0 / 8);
  EXPECT_DOUBLE_EQ(bucket_fraction(-kInfinity, kInfinity, buckets), 1);
  EXPECT_DOUBLE_EQ(bucket_fraction(2, 2, buckets), 0);
  EXPECT_TRUE(std::isnan(bucket_fraction(kNaN, 2, buckets)));
}

TEST(HistogramQuantile, InterpolatesExponentially) {
  const FloatHistogram histogram = powers_of_two({4, 4});

  EXPECT_DOUBLE_EQ(native_quantile(0.25, histogram), std::sqrt(2));
  EXPECT_DOUBLE_EQ(native_quantile(0.75, histogram), 2 * std::sqrt(2));
  EXPECT_DOUBLE_EQ(native_quantile(1, histogram), 4);
  EXPECT_TRUE(std::isnan(native_quantile(0.5, FloatHistogram())));
}

TEST(HistogramQuantile, TakesTheZeroBucketFromZeroOnWhereAllIsPositive) {
  FloatHistogram histogram = powers_of_two({1});
  histogram.zero_count = 4;
  histogram.zero_threshold = 0.5;
  histogram.count += 4;

  EXPECT_DOUBLE_EQ(native_quantile(0.4, histogram), 0.25);
}

TEST(HistogramQuantile, InterpolatesCustomBucketsLinearly) {
  FloatHistogram histogram = powers_of_two({4, 4, 2});
  histogram.schema = kCustomBucketsSchema;
  histogram.positive_spans = {{0, 3}};
  histogram.custom_values = {10, 20};

  EXPECT_DOUBLE_EQ(native_quantile(0.2, histogram), 5);
  EXPECT_DOUBLE_EQ(native_quantile(0.6, histogram), 15);
  EXPECT_DOUBLE_EQ(native_quantile(0.95, histogram), 20);
}

TEST(HistogramQuantile, SaysWhenNaNObservationsSkewIt) {
  FloatHistogram histogram = powers_of_two({12});
  histogram.count = 15;
  histogram.sum = kNaN;
  Annotations annotations;

  histogram_quantile(0.8, histogram, "latency", {}, annotations);
  EXPECT_EQ(annotations.infos("")[0],
            "PromQL info: input to histogram_quantile has NaN observations, result is skewed "
            "higher for metric name \"latency\"");
  EXPECT_TRUE(std::isnan(histogram_quantile(0.9, histogram, "latency", {}, annotations)));
  EXPECT_EQ(annotations.infos("").size(), 2U);
}

TEST(HistogramFraction, IsTheInverseOfTheQuantile) {
  const FloatHistogram histogram = powers_of_two({4, 4, 8});

  EXPECT_DOUBLE_EQ(native_fraction(-kInfinity, native_quantile(0.3, histogram), histogram), 0.3);
  EXPECT_DOUBLE_EQ(native_fraction(2, 4, histogram), 0.25);
  EXPECT_DOUBLE_EQ(native_fraction(4, kInfinity, histogram), 0.5);
  EXPECT_DOUBLE_EQ(native_fraction(3, 3, histogram), 0);
}

TEST(HistogramVariance, TakesObservationsToBeInTheMiddleOfTheirBuckets) {
  FloatHistogram histogram = powers_of_two({2});  // at sqrt(2)
  histogram.sum = 2 * std::sqrt(2);

  EXPECT_NEAR(histogram_variance(histogram), 0, 1e-15);
}

}  // namespace
}  // namespace tributary::promql
