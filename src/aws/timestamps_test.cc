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

}  // namespace
}  // namespace tributary::aws
