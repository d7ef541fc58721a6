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

TEST(ApiJson, WritesScalarsInFixedNotation) {
  promql::Value value{.type = promql::ValueType::scalar, .timestamp_ms = 4000, .scalar = 1e21};
  std::string out;

  append_value(out, value);

  EXPECT_EQ(out, R"({"resultType":"scalar","result":[4,"1000000000000000000000"]})");
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
  check(Code::unsupported, 422, "execution");
  check(Code::limit_exceeded, 422, "execution");
  check(Code::timeout, 503, "timeout");
  check(Code::cancelled, 499, "canceled");
  check(Code::not_found, 404, "not_found");
  check(Code::corruption, 500, "internal");
}

TEST(ApiParams, ReadsTimes) {
  const auto check = [](const char* text, std::int64_t expected) {
    const auto time = time_parameter({{"t", text}}, "t", std::nullopt);
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
}

TEST(ApiParams, RefusesWhatIsNoTime) {
  for (const char* text : {"", "x", "NaN", "1e300", "2015-02-30T00:00:00Z", "2015-07-01",
                           "2015-07-01T20:10:51", "12 "}) {
    const auto time = time_parameter({{"t", text}}, "t", std::nullopt);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().message(), std::string("invalid parameter \"t\": cannot parse \"") +
                                          text + "\" to a valid timestamp");
  }
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
  EXPECT_FALSE(limit_parameter({{"limit", "x"}}));
}

TEST(RateLimit, HoldsABurstAndFillsUp) {
  RateLimit limit(10, 20);
  const Instant start{};

  EXPECT_TRUE(limit.take(20, start));
  EXPECT_FALSE(limit.take(1, start));
  EXPECT_FALSE(limit.take(11, start + 1s));
  EXPECT_TRUE(limit.take(10, start + 1s));
  EXPECT_TRUE(limit.take(20, start + 1h));
  EXPECT_FALSE(limit.take(1, start + 1h));
}

}  // namespace
}  // namespace tributary::hub::workspaces
