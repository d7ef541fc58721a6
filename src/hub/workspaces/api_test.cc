#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/rate_limit.h"

namespace tributary::hub::workspaces {
namespace {

using ::testing::HasSubstr;

TEST(ApiJson, WritesNumbersAsPrometheusDoes) {
  const auto check = [](double value, const char* expected) {
    std::string out;
    append_float(out, value);
    EXPECT_EQ(out, expected);
  };

  check(0, "0");
  check(-0.0, "-0");
  check(1, "1");
  check(0.1, "0.1");
  check(1'000'000, "1000000");
  check(123456789, "123456789");
  check(1e20, "100000000000000000000");
  check(9007199254740993.0, "9007199254740992");
  check(-12345, "-12345");
  check(1e21, "1e+21");
  check(-1e21, "-1e+21");
  check(1e-6, "0.000001");
  check(1e-7, "1e-07");
  check(1.5e-7, "1.5e-07");
  check(5e-324, "5e-324");
  check(DBL_MAX, "1.7976931348623157e+308");
  check(0.1 + 0.2, "0.30000000000000004");
  check(INFINITY, "+Inf");
  check(-INFINITY, "-Inf");
  check(NAN, "NaN");
  check(kStaleMarker, "NaN");
}

std::string json_of(const promql::Value& value) {
  std::string out;
  append_value(out, value);
  return out;
}

TEST(ApiJson, WritesScalarsInFixedNotation) {
  const promql::Value value{
      .type = promql::ValueType::scalar, .timestamp_ms = 4000, .scalar = 1e21};

  EXPECT_EQ(json_of(value), R"("resultType":"scalar","result":[4,"1000000000000000000000"])");
}

TEST(ApiJson, WritesHistogramsByTheirPopulatedBuckets) {
  const FloatHistogram histogram{.schema = 0,
                                 .count = 7.5,
                                 .sum = -1e-7,
                                 .zero_threshold = 0.25,
                                 .zero_count = 3,
                                 .positive_spans = {{.offset = 0, .length = 3}},
                                 .positive_counts = {2, 0, 1.5},
                                 .negative_spans = {{.offset = 1, .length = 1}},
                                 .negative_counts = {1}};
  std::string out;

  append_histogram(out, histogram);

  EXPECT_EQ(out, R"({"count":"7.5","sum":"-1e-07","buckets":[[1,"-2","-1","1"],)"
                 R"([3,"-0.25","0.25","3"],[0,"0.5","1","2"],[0,"2","4","1.5"]]})");
  out.clear();
  append_histogram(out, {});
  EXPECT_EQ(out, R"({"count":"0","sum":"0"})");
}

TEST(ApiJson, WritesFloatsBeforeHistogramsInAMatrix) {
  const auto histogram = std::make_shared<const FloatHistogram>(FloatHistogram{.count = 1});
  const promql::Value value{
      .type = promql::ValueType::matrix,
      .series = {
          {.labels = {{"a", "<\"x\">"}}, .floats = {{1000, 1}, {2500, NAN}}},
          {.labels = {}, .floats = {{1000, 2}, {3000, 3}}, .histograms = {{2000, histogram}}},
          {.labels = {{"b", "y"}}, .histograms = {{2000, histogram}}}}};

  EXPECT_EQ(
      json_of(value),
      R"("resultType":"matrix","result":[)"
      R"({"metric":{"a":"<\"x\">"},"values":[[1,"1"],[2.500,"NaN"]]},)"
      R"({"metric":{},"values":[[1,"2"],[3,"3"]],"histograms":[[2,{"count":"1","sum":"0"}]]},)"
      R"({"metric":{"b":"y"},"histograms":[[2,{"count":"1","sum":"0"}]]}])");
}

TEST(ApiJson, WritesLongSeriesWhole) {
  promql::SeriesValue series;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    series.floats.push_back({i * 1'000'000LL, -0.000001234567890123456 * i});
    expected += (i > 0 ? ",[" : "[") + std::to_string(i * 1000) + ",\"";
    append_float(expected, series.floats.back().value);
    expected += "\"]";
  }
  const promql::Value value{.type = promql::ValueType::matrix, .series = {series, series}};

  const std::string one = R"({"metric":{},"values":[)" + expected + "]}";
  EXPECT_EQ(json_of(value), R"("resultType":"matrix","result":[)" + one + "," + one + "]");
}

TEST(ApiJson, WritesStatistics) {
  std::string out;

  append_stats(out, {.total_samples = 12, .peak_samples = 7, .samples_per_step = {4, 8}},
               {.queued = 250ms, .evaluated = 1s}, {.start_ms = 1500, .step_ms = 1000});

  EXPECT_EQ(out,
            R"("stats":{"timings":{"evalTotalTime":1,"resultSortTime":0,"queryPreparationTime":0,)"
            R"("innerEvalTime":1,"execQueueTime":0.25,"execTotalTime":1.25},)"
            R"("samples":{"totalQueryableSamplesPerStep":[[1.500,4],[2.500,8]],)"
            R"("totalQueryableSamples":12,"peakSamples":7}})");
}

TEST(ApiJson, WritesTimesAsSeconds) {
  const auto check = [](std::int64_t ms, const char* expected) {
    std::string out;
    append_seconds(out, ms);
    EXPECT_EQ(out, expected);
  };

  check(0, "0");
  check(1'435'781'451'781, "1435781451.781");
  check(1'435'781'451'700, "1435781451.700");
  check(1'435'781'451'007, "1435781451.007");
  check(-1'500, "-1.500");
  check(INT64_MIN, "-9223372036854775.808");
}

TEST(ApiJson, GivesEveryErrorItsTypeAndStatus) {
  const auto check = [](Code code, int status, const char* type) {
    const Answer answer = failure(Error(code, "no \"luck\""));
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, std::string("{\"status\":\"error\",\"errorType\":\"") + type +
                               "\",\"error\":\"no \\\"luck\\\"\"}");
  };

  check(Code::invalid_argument, 400, "bad_data");
  check(Code::execution, 422, "execution");
  check(Code::unsupported, 501, "unsupported");
  check(Code::limit_exceeded, 422, "execution");
  check(Code::timeout, 503, "timeout");
  check(Code::cancelled, 499, "canceled");
  check(Code::not_found, 404, "not_found");
  check(Code::corruption, 500, "internal");
}

TEST(ApiParams, ReadsTimes) {
  const auto check = [](const char* text, std::int64_t expected) {
    const auto time = time_parameter({{"t", text}}, "t");
    ASSERT_TRUE(time) << text << ": " << time.error().message();
    EXPECT_EQ(*time, expected) << text;
  };

  check("1435781451.781", 1'435'781'451'781);
  check("1435781451", 1'435'781'451'000);
  check("-1.5", -1'500);
  check("1e9", 1'000'000'000'000);
  check("1795349454195", 1'795'349'454'195'000);  // Grafana's milliseconds: far ahead, but a time
  check("2015-07-01T20:10:51.781Z", 1'435'781'451'781);
  check("2015-07-01T22:10:51+02:00", 1'435'781'451'000);
  check("-292273086-05-16T16:47:06Z", kMinTimeMs);
  check("292277025-08-18T07:12:54.999999999Z", kMaxTimeMs);
}

TEST(ApiParams, RefusesWhatIsNoTime) {
  for (const char* text : {"", "x", "NaN", "1e300", "2015-02-30T00:00:00Z", "2015-07-01",
                           "2015-07-01T20:10:51", "12 "}) {
    const auto time = time_parameter({{"t", text}}, "t");
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().message(), std::string("invalid parameter \"t\": cannot parse \"") +
                                          text + "\" to a valid timestamp");
  }
}

TEST(ApiParams, SaysWhichOptionalTimeIsWrong) {
  EXPECT_EQ(time_parameter({}, "time", 7).value(), 7);
  EXPECT_EQ(time_parameter({{"time", "x"}}, "time", 7).error().message(),
            "invalid parameter \"time\": invalid time value for 'time': cannot parse \"x\" to a "
            "valid timestamp");
}

TEST(ApiParams, ReadsBooleansAsGoDoes) {
  EXPECT_EQ(bool_parameter({{"b", "T"}}, "b").value(), true);
  EXPECT_EQ(bool_parameter({{"b", "false"}}, "b").value(), false);
  EXPECT_EQ(bool_parameter({}, "b").value(), false);
  EXPECT_EQ(bool_parameter({{"b", "yes"}}, "b").error().message(),
            "invalid parameter \"b\": unable to parse boolean: strconv.ParseBool: parsing \"yes\": "
            "invalid syntax");
}

TEST(ApiParams, ReadsDurationsAndLimits) {
  EXPECT_EQ(duration_parameter({{"step", "15"}}, "step").value(), 15s);
  EXPECT_EQ(duration_parameter({{"step", "0.5"}}, "step").value(), 500ms);
  EXPECT_EQ(duration_parameter({{"step", "1h30m"}}, "step").value(), 90min);
  EXPECT_THAT(duration_parameter({{"step", "1e30"}}, "step").error().message(),
              HasSubstr("overflows int64"));
  EXPECT_FALSE(duration_parameter({}, "step"));
  EXPECT_EQ(limit_parameter({{"limit", "7"}}).value(), 7U);
  EXPECT_EQ(limit_parameter({}).value(), 0U);
  EXPECT_FALSE(limit_parameter({{"limit", "-1"}}));
  EXPECT_EQ(limit_parameter({{"limit", "x"}}).error().message(),
            "invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax");
  EXPECT_EQ(
      limit_parameter({{"limit", "99999999999999999999"}}).error().message(),
      "invalid parameter \"limit\": strconv.Atoi: parsing \"99999999999999999999\": value out "
      "of range");
}

TEST(RateLimit, HoldsABurstAndFillsUp) {
  RateLimit limit;
  const Instant start{};
  const auto take = [&](double count, Instant now) { return limit.take(count, 10, 20, now); };

  EXPECT_TRUE(take(20, start));
  EXPECT_FALSE(take(1, start));
  EXPECT_FALSE(take(11, start + 1s));
  EXPECT_TRUE(take(10, start + 1s));
  EXPECT_TRUE(take(20, start + 1h));
  EXPECT_FALSE(take(1, start + 1h));
  EXPECT_TRUE(limit.take(1000, 0, 0, start + 1h));
}

}  // namespace
}  // namespace tributary::hub::workspaces
