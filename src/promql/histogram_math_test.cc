#include "promql/histogram_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "promql/histogram_buckets.h"
#include "promql/histogram_sum.h"

namespace tributary::promql {
namespace {

FloatHistogram exponential(std::int32_t schema, std::vector<BucketSpan> spans,
                           std::vector<double> counts) {
  FloatHistogram histogram;
  histogram.schema = schema;
  histogram.positive_spans = std::move(spans);
  histogram.positive_counts = std::move(counts);
  for (const double count : histogram.positive_counts) histogram.count += count;
  return histogram;
}

FloatHistogram custom(std::vector<double> bounds, std::vector<double> counts) {
  const auto size = static_cast<std::uint32_t>(counts.size());
  FloatHistogram histogram = exponential(kCustomBucketsSchema, {{0, size}}, std::move(counts));
  histogram.custom_values = std::move(bounds);
  return histogram;
}

using Spans = std::vector<BucketSpan>;
using Counts = std::vector<double>;

TEST(BucketBounds, AreThoseOfPrometheusToTheBit) {
  EXPECT_EQ(exponential_bound(0, 0), 1);
  EXPECT_EQ(exponential_bound(3, 0), 8);
  EXPECT_EQ(exponential_bound(-1, -1), 0.25);
  EXPECT_EQ(exponential_bound(-1, 1), 0.7071067811865475);
  EXPECT_EQ(exponential_bound(1, 8), 1.0027112750502025);
  EXPECT_EQ(exponential_bound(1024, 0), std::numeric_limits<double>::max());
  EXPECT_EQ(exponential_bound(1025, 0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exponential_bound(64, -4), std::numeric_limits<double>::max());
}

TEST(Buckets, GoFromTheLowestToTheHighest) {
  FloatHistogram histogram = exponential(0, {{0, 2}, {1, 1}}, {1, 0, 3});
  histogram.negative_spans = {{1, 2}};
  histogram.negative_counts = {4, 5};
  histogram.zero_count = 2;
  histogram.zero_threshold = 0.75;

  const std::vector<Bucket> buckets = populated_buckets(histogram);

  ASSERT_EQ(buckets.size(), 5U);
  EXPECT_EQ(buckets[0].lower, -4);
  EXPECT_EQ(buckets[0].upper, -2);
  EXPECT_EQ(buckets[0].count, 5);
  EXPECT_EQ(boundary_rule(buckets[0]), 1);
  EXPECT_EQ(buckets[2].lower, -0.75);
  EXPECT_EQ(boundary_rule(buckets[2]), 3);
  EXPECT_EQ(buckets[3].lower, 0.75) << "cut off by the zero bucket";
  EXPECT_EQ(buckets[3].upper, 1);
  EXPECT_EQ(buckets[4].lower, 4);
  EXPECT_EQ(boundary_rule(buckets[4]), 0);
}

TEST(Buckets, GoBackTheSameWay) {
  FloatHistogram histogram = exponential(0, {{0, 2}, {3, 1}}, {1, 2, 3});
  histogram.negative_spans = {{0, 1}};
  histogram.negative_counts = {4};
  std::vector<double> uppers;

  for (AllBuckets buckets(histogram, AllBuckets::Order::descending); buckets.next();) {
    uppers.push_back(buckets.bucket().upper);
  }

  EXPECT_EQ(uppers, (Counts{32, 2, 1, -0.5}));
}

TEST(Buckets, EndEarlyWhereSpansDoNotFitCounts) {
  const FloatHistogram few = exponential(0, {{0, 4'000'000'000}}, {1, 2});
  const FloatHistogram many = exponential(0, {{0, 1}}, {1, 2, 3});
  const FloatHistogram none = exponential(0, {}, {1});

  EXPECT_EQ(populated_buckets(few).size(), 2U);
  EXPECT_EQ(populated_buckets(many).size(), 1U);
  EXPECT_EQ(populated_buckets(none).size(), 0U);
  FloatHistogram sum = few;
  EXPECT_TRUE(add(sum, many));
  EXPECT_FALSE(same_data(few, many));
  for (AllBuckets buckets(few, AllBuckets::Order::descending); buckets.next();) FAIL();
}

TEST(Buckets, MayLieInAnyOrderAndSchemaInABrokenStore) {
  FloatHistogram backwards = exponential(0, {{5, 1}, {-9, 1}}, {1, 2});
  FloatHistogram strange = exponential(2'000'000'000, {{-2'147'483'648, 1}}, {3});

  EXPECT_EQ(test_expression(backwards), "{{count:3 offset:5 buckets:[1]}}");
  EXPECT_TRUE(add(backwards, strange));
  EXPECT_TRUE(is_reset(strange, backwards));
  reduce_schema(strange, -2'000'000'000);
  EXPECT_EQ(populated_buckets(strange).size(), 1U);
}

TEST(Buckets, PrintAsTextAndAsTestExpression) {
  FloatHistogram histogram = exponential(1, {{1, 1}, {1, 1}}, {1, 3});
  histogram.sum = 10;
  histogram.reset_hint = ResetHint::gauge;

  EXPECT_EQ(to_string(histogram),
            "{count:4, sum:10, (1,1.414213562373095]:1, (2,2.82842712474619]:3}");
  EXPECT_EQ(test_expression(histogram),
            "{{schema:1 count:4 sum:10 counter_reset_hint:gauge offset:1 buckets:[1 0 3]}}");
  EXPECT_EQ(size_in_samples(histogram), 13U);
}

TEST(HistogramAdd, JoinsBucketsAndSpans) {
  FloatHistogram a = exponential(0, {{0, 2}, {3, 1}}, {1, 2, 3});
  const FloatHistogram b = exponential(0, {{2, 2}}, {10, 20});

  ASSERT_TRUE(add(a, b));

  EXPECT_EQ(a.positive_spans, (Spans{{0, 4}, {1, 1}}));
  EXPECT_EQ(a.positive_counts, (Counts{1, 2, 10, 20, 3}));
  EXPECT_EQ(a.count, 36);
}

TEST(HistogramAdd, MeetsAtTheCoarserSchema) {
  FloatHistogram fine = exponential(1, {{1, 4}}, {1, 2, 3, 4});
  FloatHistogram coarse = exponential(0, {{1, 1}}, {10});
  FloatHistogram other_way = coarse;

  ASSERT_TRUE(add(other_way, fine));
  ASSERT_TRUE(add(fine, coarse));

  EXPECT_EQ(fine.schema, 0);
  EXPECT_EQ(fine.positive_counts, (Counts{13, 7}));
  EXPECT_EQ(other_way, fine);
}

TEST(HistogramAdd, WidensTheZeroBucketToTheEndOfAPopulatedOne) {
  FloatHistogram narrow = exponential(0, {{-1, 3}}, {1, 2, 4});  // up to 0.5, 1, 2
  FloatHistogram wide = exponential(0, {{2, 1}}, {8});
  wide.zero_threshold = 0.75;
  wide.zero_count = 5;
  wide.count += 5;

  ASSERT_TRUE(add(narrow, wide));

  EXPECT_EQ(narrow.zero_threshold, 1);
  EXPECT_EQ(narrow.zero_count, 8);
  EXPECT_EQ(narrow.positive_spans, (Spans{{1, 2}}));
  EXPECT_EQ(narrow.positive_counts, (Counts{4, 8}));
}

TEST(HistogramAdd, MeetsAtTheCustomBoundsThatBothHave) {
  FloatHistogram a = custom({1, 2, 5}, {1, 2, 3, 4});
  const FloatHistogram b = custom({2, 3, 5}, {10, 20, 30, 40});

  const auto reconciled = add(a, b);

  ASSERT_TRUE(reconciled);
  EXPECT_TRUE(reconciled->custom_bounds);
  EXPECT_EQ(a.custom_values, (Counts{2, 5}));
  EXPECT_EQ(a.positive_counts, (Counts{13, 53, 44}));
}

TEST(HistogramAdd, DoesNotMixExponentialAndCustomBuckets) {
  FloatHistogram a = exponential(0, {{0, 1}}, {1});
  const FloatHistogram before = a;

  EXPECT_FALSE(add(a, custom({1}, {1})));
  EXPECT_EQ(a, before);
}

TEST(HistogramAdd, TellsHintsThatContradictEachOther) {
  FloatHistogram a = exponential(0, {{0, 1}}, {1});
  FloatHistogram b = a;
  a.reset_hint = ResetHint::yes;
  b.reset_hint = ResetHint::no;

  EXPECT_TRUE(add(a, b)->reset_collision);
  EXPECT_EQ(a.reset_hint, ResetHint::unknown);
  b.reset_hint = ResetHint::gauge;
  EXPECT_FALSE(add(a, b)->reset_collision);
  EXPECT_EQ(a.reset_hint, ResetHint::gauge);
}

TEST(HistogramAdd, EndsWithThresholdsThatAreNoNumbers) {
  FloatHistogram a = exponential(0, {{0, 1}}, {1});
  FloatHistogram b = a;
  b.zero_threshold = std::nan("");

  EXPECT_TRUE(add(a, b));
}

TEST(HistogramSubtract, LeavesEmptyBucketsForCompact) {
  FloatHistogram a = exponential(0, {{0, 3}}, {1, 2, 3});

  ASSERT_TRUE(subtract(a, exponential(0, {{0, 2}}, {0, 2})));
  compact(a);

  EXPECT_EQ(a.positive_spans, (Spans{{0, 1}, {1, 1}}));
  EXPECT_EQ(a.positive_counts, (Counts{1, 3}));
}

TEST(HistogramScale, MakesGaugesOfNegativeOnes) {
  FloatHistogram histogram = exponential(0, {{0, 1}}, {2});

  multiply(histogram, -2);
  EXPECT_EQ(histogram.positive_counts, (Counts{-4}));
  EXPECT_EQ(histogram.reset_hint, ResetHint::gauge);

  divide(histogram, 0);
  EXPECT_TRUE(histogram.positive_spans.empty());
  EXPECT_EQ(histogram.count, -std::numeric_limits<double>::infinity());
}

TEST(HistogramScale, LeavesCustomBucketsWithoutAZeroBucket) {
  FloatHistogram histogram = custom({1}, {1, 2});

  divide(histogram, 0);

  EXPECT_EQ(histogram.zero_count, 0);
}

TEST(HistogramReset, IsSeenInAnyBucket) {
  const FloatHistogram before = exponential(0, {{0, 2}}, {3, 1});

  EXPECT_FALSE(is_reset(exponential(0, {{0, 2}}, {3, 2}), before));
  EXPECT_TRUE(is_reset(exponential(0, {{0, 2}}, {2, 9}), before));
  EXPECT_TRUE(is_reset(exponential(0, {{0, 1}}, {9}), before)) << "lost a populated bucket";
  EXPECT_TRUE(is_reset(exponential(1, {{0, 4}}, {9, 9, 9, 9}), before)) << "finer schema";
  EXPECT_FALSE(is_reset(exponential(-1, {{0, 2}}, {3, 2}), before)) << "coarser schema";
}

TEST(HistogramReset, IsSaidByHints) {
  FloatHistogram now = exponential(0, {{0, 1}}, {5});
  const FloatHistogram before = exponential(0, {{0, 1}}, {9});

  now.reset_hint = ResetHint::no;
  EXPECT_FALSE(is_reset(now, before));
  now.reset_hint = ResetHint::yes;
  EXPECT_TRUE(is_reset(now, now));
}

TEST(HistogramReset, IsSeenAtSharedCustomBounds) {
  const FloatHistogram before = custom({1, 2}, {5, 5, 0});

  EXPECT_FALSE(is_reset(custom({2, 3}, {10, 1, 0}), before));
  EXPECT_TRUE(is_reset(custom({2, 3}, {9, 9, 0}), before));
}

TEST(HistogramTrim, SplitsTheBucketOfTheLimit) {
  FloatHistogram histogram = exponential(0, {{1, 2}}, {4, 4});  // (1,2] (2,4]

  keep_below(histogram, 2.8284271247461903);  // half of the upper one, on a logarithmic scale

  ASSERT_EQ(histogram.positive_counts.size(), 2U);
  EXPECT_EQ(histogram.positive_counts[0], 4);
  EXPECT_NEAR(histogram.positive_counts[1], 2, 1e-12);
  EXPECT_NEAR(histogram.count, 6, 1e-12);
}

TEST(HistogramTrim, LeavesHistogramsAloneThatAreInside) {
  FloatHistogram histogram = exponential(0, {{1, 2}}, {4, 4});
  histogram.sum = 17;
  const FloatHistogram before = histogram;

  keep_above(histogram, 0.5);

  EXPECT_EQ(histogram, before);
}

TEST(HistogramTrim, KnowsNothingOfValuesInInfiniteBuckets) {
  FloatHistogram histogram = custom({5, 10}, {2, 4, 8});

  keep_below(histogram, 20);

  EXPECT_EQ(histogram.positive_counts, (Counts{2, 4}));
  EXPECT_EQ(histogram.count, 6);
  EXPECT_EQ(histogram.sum, 2 * 2.5 + 4 * 7.5);
}

TEST(HistogramSum, KeepsWhatRoundingLoses) {
  HistogramSum sum(exponential(0, {{0, 1}}, {1}));
  EXPECT_TRUE(sum.add(exponential(0, {{0, 1}}, {1e100})));
  EXPECT_TRUE(sum.add(exponential(0, {{0, 2}}, {1, 7})));
  EXPECT_TRUE(sum.add(exponential(0, {{0, 1}}, {-1e100})));

  const FloatHistogram result = std::move(sum).take();

  EXPECT_EQ(result.positive_counts, (Counts{2, 7}));
}

TEST(HistogramMean, GoesOnWhereTheSumOverflows) {
  const double large = 1e308;
  HistogramMean mean(exponential(0, {{0, 1}}, {large}));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(mean.add(exponential(0, {{0, 1}}, {large})));

  const FloatHistogram result = std::move(mean).take();

  EXPECT_DOUBLE_EQ(result.positive_counts[0], large);
}

}  // namespace
}  // namespace tributary::promql
