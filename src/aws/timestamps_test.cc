#include "aws/timestamps.h"

#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

constexpr Timestamp kAugust{std::chrono::seconds(1440938160)};  // 2015-08-30 12:36:00 UTC

TEST(Timestamps, WritesAndReadsTheBasicFormat) {
  EXPECT_EQ(amz_date(kAugust), "20150830T123600Z");
  EXPECT_EQ(parse_amz_date("20150830T123600Z"), kAugust);
  EXPECT_EQ(amz_date(kAugust + 999ms), "20150830T123600Z");
}

TEST(Timestamps, RefusesOtherBasicFormats) {
  for (const auto* text : {"", "20150830", "20150830T123600", "20150830T123600Z ",
                           "2015083aT123600Z", "20151330T123600Z", "20150230T123600Z",
                           "20150830T243600Z", "99990830T123600Z", "2015-08-30T12:36:00Z"}) {
    EXPECT_EQ(parse_amz_date(text), std::nullopt) << text;
  }
}

TEST(Timestamps, ReadsExpirationsWithFractionAndOffset) {
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00Z"), kAugust);
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00.25Z"), kAugust + 250ms);
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00.1234567891Z"), kAugust + 123456789ns);
  EXPECT_EQ(parse_iso8601("2015-08-30T14:36:00+02:00"), kAugust);
  EXPECT_EQ(parse_iso8601("2015-08-30T07:06:00-0530"), kAugust);
  EXPECT_EQ(iso8601(kAugust), "2015-08-30T12:36:00Z");
}

TEST(Timestamps, RefusesBrokenExpirations) {
  for (const auto* text : {"", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30T12:36:00.Z",
                           "2015-08-30T12:36:00+2:00", "2015-08-30T12:36:00Zx", "1440938160"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(Timestamps, ReadsTheDateHeader) {
  EXPECT_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), kAugust);
  EXPECT_EQ(parse_http_date("Sun, 30 Foo 2015 12:36:00 GMT"), std::nullopt);
  EXPECT_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00"), std::nullopt);
  EXPECT_EQ(parse_http_date(""), std::nullopt);
}

}  // namespace
}  // namespace tributary::aws
