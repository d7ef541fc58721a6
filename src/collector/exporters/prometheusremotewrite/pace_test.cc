#include "collector/exporters/prometheusremotewrite/pace.h"

#include <gtest/gtest.h>

namespace tributary::collector::prometheusremotewrite {
namespace {

// Requests `gap` apart, all taken.
Instant run(Pace& pace, Instant from, Duration gap, int count) {
  for (int i = 0; i < count; ++i, from += gap) {
    pace.started(from);
    pace.taken(from);
  }
  return from;
}

TEST(Pace, HasNoLimitUntilItIsThrottled) {
  Pace pace;

  const Instant now = run(pace, Instant(1h), 10ms, 1000);

  EXPECT_EQ(pace.limit(), std::nullopt);
  EXPECT_LE(pace.next_start(), now);
}

TEST(Pace, IsHalvedFromWhatWasSentEachTimeItIsThrottled) {
  Pace pace;
  Instant now = run(pace, Instant(1h), 500ms, 50);

  pace.started(now);
  pace.throttled(now);
  EXPECT_NEAR(pace.limit().value(), 1, 0.01);
  EXPECT_NEAR(std::chrono::duration<double>(pace.next_start() - now).count(), 1, 0.01);

  for (int i = 0; i < 20; ++i) pace.throttled(now);
  EXPECT_EQ(pace.limit(), Pace::kSlowest);
}

TEST(Pace, GrowsSlowlyWhileRequestsAreTakenAndEndsAtTheTop) {
  Pace pace;
  Instant now = run(pace, Instant(1h), 500ms, 50);
  pace.throttled(now);

  now = run(pace, now, 1s, 11);
  EXPECT_NEAR(pace.limit().value(), 1.5, 0.02);

  run(pace, now, 1s, 200);
  EXPECT_EQ(pace.limit(), std::nullopt);
}

TEST(Pace, DoesNotGrowInAPause) {
  Pace pace;
  Instant now = run(pace, Instant(1h), 500ms, 50);
  pace.throttled(now);

  now += 1h;
  pace.started(now);
  pace.taken(now);

  EXPECT_LE(pace.limit().value(), 1.51);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
