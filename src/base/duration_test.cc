#include "base/duration.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(GoDuration, ReadsWhatGoWrites) {
  const auto reads = [](std::string_view text, Duration want) {
    const auto got = parse_go_duration(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(*got, want) << text;
  };

  reads("15s", 15s);
  reads("1h30m", 90min);
  reads("1.5s", 1500ms);
  reads("500ms", 500ms);
  reads("-2m", -2min);
  reads("0", 0s);
  reads("2us", 2us);
}

TEST(GoDuration, NamesWhatItRefuses) {
  for (const char* text : {"", "15", "s", "1x", "1.2.3s", "-", "1d"}) {
    const auto got = parse_go_duration(text);
    ASSERT_FALSE(got) << text;
    EXPECT_NE(got.error().message().find('"' + std::string(text) + '"'), std::string::npos);
  }
}

TEST(GoDuration, PrintsAsGoDoes) {
  EXPECT_EQ(go_duration(0s), "0s");
  EXPECT_EQ(go_duration(90min), "1h30m0s");
  EXPECT_EQ(go_duration(1500ms), "1.5s");
  EXPECT_EQ(go_duration(250ms), "250ms");
  EXPECT_EQ(go_duration(-2min), "-2m0s");
}

TEST(PrometheusDuration, ReadsUnitsInDescendingOrder) {
  EXPECT_EQ(*parse_prometheus_duration("1d2h"), 26h);
  EXPECT_EQ(*parse_prometheus_duration("1m30s"), 90s);
  EXPECT_EQ(*parse_prometheus_duration("100ms"), 100ms);
  EXPECT_EQ(*parse_prometheus_duration("0"), 0s);
  for (const char* text : {"", "15", "1.5s", "30s1m", "1s1s", "-1s", "9999999y"})
    EXPECT_FALSE(parse_prometheus_duration(text)) << text;
}

TEST(PrometheusDuration, PrintsAsPrometheusDoes) {
  EXPECT_EQ(prometheus_duration(90s), "1m30s");
  EXPECT_EQ(prometheus_duration(0s), "0s");
  EXPECT_EQ(prometheus_duration(24h * 8), "8d");
  EXPECT_EQ(prometheus_duration(24h * 7), "1w");
}

}  // namespace
}  // namespace tributary
