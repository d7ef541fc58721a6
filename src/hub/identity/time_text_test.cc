#include "hub/identity/time_text.h"

#include <gtest/gtest.h>

namespace tributary::hub::identity {
namespace {

TEST(TimeText, WritesUtcToTheSecond) {
  EXPECT_EQ(iso8601(timestamp_from_ms(1'700'000'000'999)), "2023-11-14T22:13:20Z");
  EXPECT_EQ(iso8601(Timestamp{}), "1970-01-01T00:00:00Z");
}

TEST(TimeText, ReadsDatesAndTimes) {
  const auto ms = [](std::string_view text) {
    const auto time = parse_iso8601(text);
    return time ? to_ms(*time) : -1;
  };

  EXPECT_EQ(ms("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(ms("2023-11-14T22:13:20.5Z"), 1'700'000'000'500);
  EXPECT_EQ(ms("2023-11-14T23:13:20+01:00"), 1'700'000'000'000);
  EXPECT_EQ(ms("2023-11-14T20:43:20-0130"), 1'700'000'000'000);
  EXPECT_EQ(ms("1970-01-02"), 86'400'000);
  EXPECT_EQ(ms("1970-01-01T00:01"), 60'000);
}

TEST(TimeText, RefusesWhatIsNoTime) {
  for (const std::string_view text :
       {"", "2023", "2023-13-01", "2023-02-30", "2023-11-14T", "2023-11-14T25:00:00Z",
        "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20Zx", "2023-11-14 22:13:20", "9999-01-01",
        "-023-11-14", "2023-11-14T22:13:20+1:00"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

}  // namespace
}  // namespace tributary::hub::identity
