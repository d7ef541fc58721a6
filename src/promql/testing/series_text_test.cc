#include "promql/testing/series_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "promql/testing/histogram_text.h"

namespace tributary::promql::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(std::string_view line) {
  const auto series = parse_series(line);
  if (!series) return {"error: " + series.error().message()};
  std::vector<std::string> out;
  for (const SequenceValue& value : series->values) out.push_back(to_text(value));
  return out;
}

TEST(SeriesText, RepeatsAndCountsValues) {
  EXPECT_THAT(texts("x 1 -2.5 1e3"), ElementsAre("1", "-2.5", "1000"));
  EXPECT_THAT(texts("x 7x2"), ElementsAre("7", "7", "7"));
  EXPECT_THAT(texts("x 1+2x3"), ElementsAre("1", "3", "5", "7"));
  EXPECT_THAT(texts("x -1-0.5x1 3"), ElementsAre("-1", "-1.5", "3"));
  EXPECT_THAT(texts("x 1e+1-1e-1x1"), ElementsAre("10", "9.9"));
  EXPECT_THAT(texts("x _ _x2 stale NaN -Inf +inf"),
              ElementsAre("_", "_", "_", "stale", "NaN", "-Inf", "+Inf"));
  EXPECT_THAT(texts("x"), IsEmpty());
}

TEST(SeriesText, CountsHistogramsUpAndDown) {
  EXPECT_THAT(texts("x {{count:2 sum:3 buckets:[1 1] offset:1}}x1"),
              ElementsAre("{{count:2 sum:3 offset:1 buckets:[1 1]}}",
                          "{{count:2 sum:3 offset:1 buckets:[1 1]}}"));
  EXPECT_THAT(texts("x {{count:1 buckets:[1]}}+{{count:2 buckets:[1 1]}}x2"),
              ElementsAre("{{count:1 buckets:[1]}}", "{{count:3 buckets:[2 1]}}",
                          "{{count:5 buckets:[3 2]}}"));
  EXPECT_THAT(texts("x {{count:5 n_buckets:[5]}}-{{count:2 n_buckets:[2]}}x1"),
              ElementsAre("{{count:5 n_buckets:[5]}}", "{{count:3 n_buckets:[3]}}"));
}

TEST(SeriesText, CoarsensAFinerHistogramBeforeItAdds) {
  EXPECT_THAT(texts("x {{schema:-1 count:1 buckets:[1] offset:1}}+"
                    "{{schema:0 count:4 buckets:[2 2] offset:1}}x1"),
              ElementsAre("{{schema:-1 count:1 offset:1 buckets:[1]}}",
                          "{{schema:-1 count:5 offset:1 buckets:[5]}}"));
}

TEST(SeriesText, ReadsNamesAndLabelsInEveryForm) {
  EXPECT_EQ(parse_series("a:b{c=\"d\", e='f\\n',} 1")->labels,
            Labels({{"__name__", "a:b"}, {"c", "d"}, {"e", "f\n"}}));
  EXPECT_EQ(parse_series("{\"a.b\", \"c d\"=`\\e`} 1")->labels,
            Labels({{"__name__", "a.b"}, {"c d", "\\e"}}));
  EXPECT_EQ(parse_series("{} 1")->labels, Labels());
  EXPECT_EQ(parse_series("x{empty=\"\"} 1")->labels, Labels({{"__name__", "x"}}));
}

TEST(SeriesText, RefusesWhatItCannotRead) {
  for (const char* const line : {"", "x 1y2", "x{a=b} 1", "x{a=\"b} 1", "x 1x-2", "x {{sum:1",
                                 "x {{total:1}}", "x {{sum:one}}", "x fresh", "x 1++2x3"}) {
    EXPECT_FALSE(parse_series(line)) << line;
  }
}

TEST(SeriesText, ReadsStartTimesBesideTheSamples) {
  const std::string line = "x{a=\"b\"}@st _ _x2 -30s +1ms 0-1mx2 -59999msx1";

  EXPECT_TRUE(is_starts_line(line));
  EXPECT_FALSE(is_starts_line("x{a=\"b\"} 1"));
  const auto starts = parse_starts(line);

  ASSERT_TRUE(starts) << starts.error().message();
  EXPECT_EQ(starts->labels, Labels({{"__name__", "x"}, {"a", "b"}}));
  EXPECT_THAT(starts->offsets_ms, ElementsAre(std::nullopt, std::nullopt, std::nullopt, -30000, 1,
                                              0, -60000, -120000, -59999, -59999));
}

}  // namespace
}  // namespace tributary::promql::testing
