#include "promql/testing/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "promql/testing/histogram_text.h"

namespace tributary::promql::testing {
namespace {

using ::testing::ElementsAre;

const Labels kSeries = {{"__name__", "x"}};

FloatHistogram histogram(std::string_view text) { return parse_histogram(text).value().histogram; }

// The hints that a reader sees of histograms stored a minute apart.
std::vector<ResetHint> hints_of(const std::vector<std::string>& texts) {
  MemoryStore store;
  std::int64_t time_ms = 0;
  for (const std::string& text : texts) {
    if (text == "stale") {
      EXPECT_TRUE(store.append(kSeries, Sample{time_ms, kStaleMarker}));
    } else {
      EXPECT_TRUE(store.append(kSeries, time_ms, histogram(text)));
    }
    time_ms += 60'000;
  }
  std::vector<ResetHint> hints;
  for (const HistogramSample& sample : store.series().at(kSeries).samples.histograms) {
    hints.push_back(sample.histogram->reset_hint);
  }
  return hints;
}

TEST(MemoryStore, ReadsTheSamplesOfTheTimeRangeBothEndsIncluded) {
  MemoryStore store;
  for (const std::int64_t time_ms : {10, 20, 30, 40}) {
    ASSERT_TRUE(store.append(kSeries, Sample{time_ms, 1}, time_ms - 5));
  }

  const auto querier = store.querier(20, 30);
  const auto list = (*querier)->select({});
  SeriesSamples samples;
  ASSERT_TRUE((*list)->read(0, samples));

  EXPECT_EQ((*list)->labels(0).to_labels(), kSeries);
  EXPECT_THAT(samples.floats, ElementsAre(Sample{20, 1}, Sample{30, 1}));
  EXPECT_THAT(samples.float_starts_ms, ElementsAre(15, 25));
}

TEST(MemoryStore, FindsNoSeriesWithoutSamplesInTheTimeRange) {
  MemoryStore store;
  ASSERT_TRUE(store.append(kSeries, Sample{10, 1}));

  EXPECT_EQ((*(*store.querier(11, 20))->select({}))->size(), 0U);
  EXPECT_EQ((*(*store.querier(10, 10))->select({}))->size(), 1U);
}

TEST(MemoryStore, RefusesASampleThatIsNotLater) {
  MemoryStore store;
  ASSERT_TRUE(store.append(kSeries, Sample{10, 1}));

  EXPECT_EQ(store.append(kSeries, Sample{10, 2}).error().code(), Code::out_of_order);
}

TEST(MemoryStore, MarksHistogramsThatFollowEachOtherWithoutAReset) {
  EXPECT_THAT(hints_of({"{{count:1 buckets:[1]}}", "{{count:2 buckets:[1 1]}}", "{{count:1}}"}),
              ElementsAre(ResetHint::unknown, ResetHint::no, ResetHint::unknown));
  EXPECT_THAT(hints_of({"{{count:1}}", "{{count:2 counter_reset_hint:reset}}"}),
              ElementsAre(ResetHint::unknown, ResetHint::unknown));
  EXPECT_THAT(hints_of({"{{count:1 counter_reset_hint:gauge}}", "{{count:2}}", "{{count:2}}"}),
              ElementsAre(ResetHint::gauge, ResetHint::unknown, ResetHint::no));
}

TEST(MemoryStore, MakesAStalenessMarkerAfterAHistogramOneOfAHistogram) {
  EXPECT_THAT(hints_of({"{{count:1}}", "stale", "{{count:2}}"}),
              ElementsAre(ResetHint::unknown, ResetHint::no, ResetHint::unknown));
}

}  // namespace
}  // namespace tributary::promql::testing
