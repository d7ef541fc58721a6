#include "model/float_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/sample.h"

namespace tributary {
namespace {

using ::testing::ElementsAre;

TEST(FloatHistogram, HasTheAbsoluteCountsOfAnIntegerOne) {
  const NativeHistogram stored{.count = 9,
                               .sum = 12.5,
                               .schema = 1,
                               .zero_threshold = 0.001,
                               .zero_count = 1,
                               .negative_spans = {{.offset = -1, .length = 1}},
                               .negative_deltas = {2},
                               .positive_spans = {{.offset = 0, .length = 3}},
                               .positive_deltas = {3, -1, -1},
                               .reset_hint = ResetHint::no};

  const FloatHistogram histogram = to_float(stored);

  EXPECT_EQ(histogram.count, 9);
  EXPECT_EQ(histogram.zero_count, 1);
  EXPECT_THAT(histogram.positive_counts, ElementsAre(3, 2, 1));
  EXPECT_THAT(histogram.negative_counts, ElementsAre(2));
  EXPECT_EQ(histogram.positive_spans, stored.positive_spans);
  EXPECT_EQ(histogram.reset_hint, ResetHint::no);
}

TEST(FloatHistogram, KeepsTheCountsOfAFloatOne) {
  const NativeHistogram stored{.is_float = true,
                               .count_float = 2.5,
                               .zero_count_float = 0.5,
                               .positive_spans = {{.offset = 2, .length = 1}},
                               .positive_counts = {2.0}};

  const FloatHistogram histogram = to_float(stored);

  EXPECT_EQ(histogram.count, 2.5);
  EXPECT_EQ(histogram.zero_count, 0.5);
  EXPECT_THAT(histogram.positive_counts, ElementsAre(2.0));
}

TEST(FloatHistogram, IsAStalenessMarkerByTheBitsOfItsSum) {
  EXPECT_TRUE(is_stale_marker(FloatHistogram{.sum = kStaleMarker}));
  EXPECT_FALSE(is_stale_marker(FloatHistogram{.sum = kNormalNaN}));
}

}  // namespace
}  // namespace tributary
