#include "promql/annotations.h"

#include <gtest/gtest.h>

#include <cmath>

#include "promql/go_text.h"
#include "promql/numeric.h"

namespace tributary::promql {
namespace {

using Texts = std::vector<std::string>;

TEST(Annotations, TellTheirPlaceInTheQuery) {
  Annotations annotations;
  annotations.add({4, 7}, note::sort_in_range_query());

  EXPECT_EQ(annotations.warnings("sum(foo)")[0],
            "PromQL warning: sort is ineffective for range queries since results are always "
            "ordered by labels (1:5)");
  EXPECT_TRUE(annotations.warnings("a\nb\nfoo")[0].ends_with(" (3:1)"));
}

TEST(Annotations, KeepEqualTextsOnce) {
  Annotations annotations;
  annotations.add({0, 1}, note::histogram_not_gauge("a"));
  annotations.add({0, 1}, note::histogram_not_gauge("a"));
  annotations.add({0, 1}, note::histogram_not_gauge("b"));

  EXPECT_EQ(annotations.warnings("").size(), 2U);
  EXPECT_TRUE(annotations.infos("").empty());
}

TEST(Annotations, SayHowManyWereLeftOut) {
  Annotations annotations;
  for (int i = 0; i < 12; ++i) annotations.add({}, note::possible_non_counter(std::to_string(i)));

  const Texts infos = annotations.infos("");

  ASSERT_EQ(infos.size(), 11U);
  EXPECT_EQ(infos.back(), "2 more info annotations omitted");
  EXPECT_EQ(annotations.infos("", 0).size(), 12U);
}

TEST(Annotations, GatherWhatWasForcedOverTimes) {
  Annotations annotations;
  annotations.add({19, 20}, note::forced_monotonicity("", {60'000, 60'000, 2, 3, 1.5}));
  Annotations later;
  later.add({19, 20}, note::forced_monotonicity("", {120'500, 120'500, 1, 2, 12.34}));
  annotations.merge(later);

  EXPECT_EQ(annotations.infos("histogram_quantile(0, x)"),
            Texts{"PromQL info: input to histogram_quantile needed to be fixed for monotonicity "
                  "(see https://prometheus.io/docs/prometheus/latest/querying/functions/"
                  "#histogram_quantile), from buckets 1 to 3, with a max diff of 12, over 2 "
                  "samples from 1970-01-01T00:01:00Z to 1970-01-01T00:02:00Z (1:20)"});
}

TEST(Annotations, CountOverlapsOfStartTimes) {
  Annotations annotations;
  annotations.add({0, 1}, note::start_time_overlap("m"));
  annotations.add({0, 1}, note::start_time_overlap("m"));

  EXPECT_EQ(annotations.warnings("m"),
            Texts{"PromQL warning: sample has start time that overlaps with previous sample "
                  "timestamp for metric \"m\" (2 occurrences) (1:1)"});
}

TEST(GoText, PrintsNumbersShortly) {
  EXPECT_EQ(shortest_text(100000), "100000");
  EXPECT_EQ(shortest_text(1234567), "1.234567e+06");
  EXPECT_EQ(shortest_text(0.0001), "0.0001");
  EXPECT_EQ(shortest_text(0.00001), "1e-05");
  EXPECT_EQ(shortest_text(-INFINITY), "-Inf");
  EXPECT_EQ(shortest_text(NAN), "NaN");
}

TEST(Numeric, ComparesWithTolerance) {
  EXPECT_TRUE(almost_equal(1, 1 + 1e-13, 1e-12));
  EXPECT_FALSE(almost_equal(1, 1.1, 1e-12));
  EXPECT_TRUE(almost_equal(NAN, NAN, 1e-12));
  EXPECT_FALSE(almost_equal(0, 1e-300, 1e-12));
}

TEST(Numeric, TakesTheLargerAsGoDoes) {
  EXPECT_TRUE(std::isnan(larger_of(1, NAN)));
  EXPECT_EQ(larger_of(INFINITY, NAN), INFINITY);
  EXPECT_FALSE(std::signbit(larger_of(-0.0, 0.0)));
  EXPECT_TRUE(std::signbit(smaller_of(0.0, -0.0)));
}

}  // namespace
}  // namespace tributary::promql
