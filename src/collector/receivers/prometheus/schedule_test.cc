#include "collector/receivers/prometheus/schedule.h"

#include <gtest/gtest.h>

namespace tributary::collector::prometheus {
namespace {

constexpr Timestamp at(Duration time) { return Timestamp(1'700'000'000s + time); }

// Ticks of a 15 s interval stand 2 s after each multiple of it.
const Schedule kSchedule(15s, static_cast<std::uint64_t>(Duration(17s).count()));

Timestamp first_tick() { return kSchedule.after_first(at(0s)); }

TEST(Schedule, PutsTicksAtTheSamePlaceOfTheClockForever) {
  const Duration place = first_tick().time_since_epoch() % Duration(15s);

  EXPECT_EQ(place, Duration(2s));
  EXPECT_EQ(kSchedule.after_first(at(123'456ms)).time_since_epoch() % Duration(15s), place);
}

TEST(Schedule, LeavesHalfAnIntervalAfterTheFirstScrape) {
  for (Duration start = 0s; start < 30s; start += 500ms) {
    const Duration gap = kSchedule.after_first(at(start)) - at(start);
    EXPECT_GE(gap, Duration(7500ms));
    EXPECT_LT(gap, Duration(22500ms));
  }
}

TEST(Schedule, GoesFromTickToTick) {
  const Timestamp tick = first_tick();

  EXPECT_EQ(kSchedule.after(tick, tick + 1s), tick + 15s);
  EXPECT_EQ(kSchedule.after(tick, tick + 16s), tick + 15s);  // late: at once
  EXPECT_EQ(kSchedule.after(tick, tick + 50s), tick + 45s);
}

TEST(Schedule, FollowsAClockThatIsSetBack) {
  const Timestamp tick = first_tick();

  const Timestamp next = kSchedule.after(tick, tick - 1h);

  EXPECT_GE(next, tick - 1h);
  EXPECT_LE(next, tick - 1h + 15s);
}

TEST(Schedule, SnapsTimestampsThatAreNearlyRight) {
  const Timestamp tick = first_tick();

  EXPECT_EQ(kSchedule.snap(tick + 2ms, tick), tick);
  EXPECT_EQ(kSchedule.snap(tick + 3ms, tick), tick + 3ms);
  EXPECT_EQ(kSchedule.snap(tick - 1ms, tick), tick - 1ms);
  EXPECT_EQ(Schedule(100ms, 0).snap(tick + 2ms, tick), tick + 2ms);  // at most 1 %
}

TEST(Schedule, SpreadsFirstScrapesOverASecond) {
  EXPECT_EQ(Schedule(15s, 1'400'000'000).first_delay(), Duration(400ms));
  EXPECT_LT(Schedule(500ms, 1'400'000'000).first_delay(), Duration(500ms));
}

}  // namespace
}  // namespace tributary::collector::prometheus
