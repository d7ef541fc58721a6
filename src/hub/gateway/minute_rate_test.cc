#include "hub/gateway/minute_rate.h"

#include <gtest/gtest.h>

namespace tributary::hub::gateway {
namespace {

constexpr Instant kStart{1000h};

TEST(MinuteRate, IsSteadyUnderASteadyStream) {
  MinuteRate rate;
  Instant now = kStart;
  for (int i = 0; i < 300; ++i) {
    rate.add(10, now);
    now += 1s;
    if (i < 60) continue;

    EXPECT_NEAR(rate.per_second(kStart, now), 10, 0.2) << i;
  }
}

TEST(MinuteRate, ForgetsWhatIsOlderThanAMinute) {
  MinuteRate rate;
  rate.add(600, kStart);

  EXPECT_DOUBLE_EQ(rate.per_second(kStart - 1h, kStart + 30s), 10);
  EXPECT_DOUBLE_EQ(rate.per_second(kStart - 1h, kStart + 62s + 500ms), 5);
  EXPECT_DOUBLE_EQ(rate.per_second(kStart - 1h, kStart + 65s), 0);
  rate.add(60, kStart + 24h);
  EXPECT_DOUBLE_EQ(rate.per_second(kStart - 1h, kStart + 24h), 1);
}

TEST(MinuteRate, CountsFromTheBeginningWhereThatIsLessThanAMinuteAgo) {
  MinuteRate rate;
  rate.add(100, kStart);

  EXPECT_DOUBLE_EQ(rate.per_second(kStart, kStart), 10);
  EXPECT_DOUBLE_EQ(rate.per_second(kStart, kStart + 20s), 5);
}

}  // namespace
}  // namespace tributary::hub::gateway
