#include "base/time_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace tributary {
namespace {

constexpr Timestamp kAugust{std::chrono::seconds(1440938160)};  // 2015-08-30 12:36:00 UTC

TEST(TimeText, WritesUtcToTheSecond) {
  EXPECT_EQ(iso8601(kAugust), "2015-08-30T12:36:00Z");
  EXPECT_EQ(iso8601(timestamp_from_ms(1'700'000'000'999)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(iso8601(Timestamp{}), "1970-01-01T00:00:00Z");
}

TEST(TimeText, CutsTheFractionToTheDigitsAskedFor) {
  const Timestamp time = kAugust + 12'345'678ns;

  EXPECT_EQ(iso8601(time, 1), "2015-08-30T12:36:00.0Z");
  EXPECT_EQ(iso8601(time, 3), "2015-08-30T12:36:00.012Z");
  EXPECT_EQ(iso8601(time, 9), "2015-08-30T12:36:00.012345678Z");
  EXPECT_EQ(iso8601(time, 12), "2015-08-30T12:36:00.012345678Z");
}

TEST(TimeText, CountsFractionsBefore1970Forwards) {
  EXPECT_EQ(iso8601(Timestamp(-500ms), 3), "1969-12-31T23:59:59.500Z");
  EXPECT_EQ(iso8601_from_ms(-500), "1969-12-31T23:59:59.500Z");
}

TEST(TimeText, WritesTheEndsOfItsRange) {
  EXPECT_EQ(iso8601(Timestamp::min(), 9), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(iso8601(Timestamp::max(), 9), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(iso8601_from_ms(std::numeric_limits<std::int64_t>::min()), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(iso8601_from_ms(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
}

TEST(TimeText, ReadsFractionsAndOffsets) {
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00Z"), kAugust);
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00.25Z"), kAugust + 250ms);
  EXPECT_EQ(parse_iso8601("2015-08-30T12:36:00.1234567891Z"), kAugust + 123456789ns);
  EXPECT_EQ(parse_iso8601("2015-08-30T14:36:00+02:00"), kAugust);
  EXPECT_EQ(parse_iso8601("2015-08-30T07:06:00-0530"), kAugust);
  EXPECT_EQ(parse_iso8601("2015-08-30T12:35:60Z"), kAugust);
}

TEST(TimeText, RefusesBrokenTimes) {
  for (const auto* text :
       {"", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30T12:36Z", "2015-08-30T12:36:00.Z",
        "2015-08-30T12:36:00+2:00", "2015-08-30T12:36:00+24:00", "2015-08-30T12:36:00+02:60",
        "2015-08-30T12:36:00Zx", "2015-08-30T12:36:61Z", "2015-08-30T12:60:00Z",
        "2015-08-30T24:36:00Z", "2015-02-29T12:36:00Z", "2015-00-30T12:36:00Z", "1440938160"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

TEST(TimeText, ReadsShortenedFormsWhenAsked) {
  const auto ms = [](std::string_view text) {
    const auto time = parse_iso8601(text, IsoForm::shortened);
    return time ? to_ms(*time) : -1;
  };

  EXPECT_EQ(ms("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(ms("2023-11-14T22:13:20.5Z"), 1'700'000'000'500);
  EXPECT_EQ(ms("2023-11-14T23:13:20+01:00"), 1'700'000'000'000);
  EXPECT_EQ(ms("2023-11-14T20:43:20-0130"), 1'700'000'000'000);
  EXPECT_EQ(ms("1970-01-02"), 86'400'000);
  EXPECT_EQ(ms("1970-01-01T00:01"), 60'000);
}

TEST(TimeText, RefusesWhatIsNoTimeInTheShortenedFormEither) {
  for (const std::string_view text :
       {"", "2023", "2023-13-01", "2023-02-30", "2023-11-14T", "2023-11-14T25:00:00Z",
        "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20Zx", "2023-11-14 22:13:20", "9999-01-01",
        "-023-11-14", "2023-11-14T22:13:20+1:00"})
    EXPECT_FALSE(parse_iso8601(text, IsoForm::shortened)) << text;
}

TEST(TimeText, ReadsYearsThatNanosecondsDoNotReach) {
  const auto zero = parse_wide_iso8601("0001-01-01T00:00:00.25Z");
  const auto last = parse_wide_iso8601("9999-12-31T23:59:59Z");

  ASSERT_TRUE(zero && last);
  EXPECT_EQ(zero->second.time_since_epoch().count(), -62'135'596'800);
  EXPECT_EQ(zero->fraction, 250ms);
  EXPECT_EQ(last->second.time_since_epoch().count(), 253'402'300'799);
  EXPECT_EQ(to_ms(*zero), -62'135'596'799'750);
  EXPECT_FALSE(parse_iso8601("0001-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_iso8601("9999-12-31T23:59:59Z"));
}

TEST(TimeText, KeepsToTimesThatCanBeSubtracted) {
  const auto first = parse_iso8601("1900-01-01T00:00:00Z");
  const auto last = parse_iso8601("2189-12-31T23:59:59.999999999Z");

  ASSERT_TRUE(first && last);
  EXPECT_LT(*first - *last, Duration{});
  EXPECT_GT(*last - *first, Duration{});
  EXPECT_FALSE(parse_iso8601("1899-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_iso8601("2190-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_http_date("Thu, 06 Nov 1800 08:49:37 GMT"));
}

TEST(TimeText, ReadsBackWhatItWrites) {
  for (const Timestamp time : {Timestamp{}, kAugust + 1ns, Timestamp(-1ns)}) {
    EXPECT_EQ(parse_iso8601(iso8601(time, 9)), time);
  }
  EXPECT_EQ(parse_http_date(http_date(kAugust)), kAugust);
}

TEST(TimeText, WritesAndReadsTheDatesOfHttp) {
  EXPECT_EQ(http_date(kAugust + 999ms), "Sun, 30 Aug 2015 12:36:00 GMT");
  EXPECT_EQ(http_date(Timestamp(784'111'777s)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), kAugust);
}

TEST(TimeText, RefusesBrokenDatesOfHttp) {
  for (const auto* text : {"", "Sun, 30 Foo 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00",
                           "Sun, 31 Feb 2015 12:36:00 GMT", "Sun, 30 Aug 2015 24:36:00 GMT",
                           "Sun, 30 Aug 9999 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 GMT "}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tributary
