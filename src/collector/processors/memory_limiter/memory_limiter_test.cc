#include "collector/processors/memory_limiter/memory_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::memory_limiter {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1U << 20;

class MemoryLimiterTest : public testing::Test {
 protected:
  MemoryLimiter make(const std::string& yaml) {
    FakeSettings<Config> settings(yaml);
    EXPECT_TRUE(settings.good()) << settings.messages();
    return MemoryLimiter(context_.make({"memory_limiter", ""}), settings.value);
  }

  FakeContext context_;
};

TEST_F(MemoryLimiterTest, RefusesAboveTheSoftLimitAndTakesAgainBelow) {
  MemoryLimiter limiter = make("{check_interval: 1s, limit_mib: 100, spike_limit_mib: 30}");

  context_.resident_bytes = 70 * kMiB;
  EXPECT_FALSE(limiter.refuses());
  context_.resident_bytes = 71 * kMiB;
  context_.loop.advance(1s);
  EXPECT_TRUE(limiter.refuses());
  context_.resident_bytes = 60 * kMiB;
  context_.loop.advance(1s);
  EXPECT_FALSE(limiter.refuses());

  EXPECT_EQ(context_.logged("data refused due to high memory usage"), 1U);
  EXPECT_EQ(context_.logged("Resuming normal operation"), 1U);
}

TEST_F(MemoryLimiterTest, LooksOnceInItsInterval) {
  MemoryLimiter limiter = make("{check_interval: 10s, limit_mib: 100}");
  EXPECT_FALSE(limiter.refuses());

  context_.resident_bytes = 99 * kMiB;
  context_.loop.advance(9s);
  EXPECT_FALSE(limiter.refuses());
  context_.loop.advance(1s);
  EXPECT_TRUE(limiter.refuses());
}

TEST_F(MemoryLimiterTest, GivesBackMemoryBeforeItRefusesButNotAllTheTime) {
  MemoryLimiter limiter =
      make("{check_interval: 1s, limit_mib: 100, min_gc_interval_when_soft_limited: 5s}");
  context_.resident_bytes = 90 * kMiB;

  for (int i = 0; i < 11; ++i) {
    EXPECT_TRUE(limiter.refuses());
    context_.loop.advance(1s);
  }

  EXPECT_EQ(context_.memory_releases, 3);
}

TEST_F(MemoryLimiterTest, TakesPercentagesOfTheContainer) {
  FakeSettings<Config> settings("{check_interval: 1s, limit_percentage: 50}");

  const Config::Limits limits = settings.value.limits(200 * kMiB);

  EXPECT_NEAR(static_cast<double>(limits.hard), 100.0 * kMiB, 100);
  EXPECT_NEAR(static_cast<double>(limits.soft), 80.0 * kMiB, 100);
  EXPECT_EQ(settings.value.memory_limit(200 * kMiB), limits.hard);
}

TEST_F(MemoryLimiterTest, RefusesNothingWhereItsLimitIsAShareOfTheUnknown) {
  FakeSettings<Config> settings("{check_interval: 1s, limit_percentage: 50}");
  Context unknown = context_.make({"memory_limiter", ""});
  unknown.memory.limit = 0;
  MemoryLimiter limiter(std::move(unknown), settings.value);

  EXPECT_FALSE(limiter.refuses());
  EXPECT_EQ(settings.value.memory_limit(0), std::nullopt);
}

TEST_F(MemoryLimiterTest, PassesEverySeries) {
  MemoryLimiter limiter = make("{check_interval: 1s, limit_mib: 100}");
  const std::vector<Series> series(3);
  const auto run = std::make_shared<const SeriesRun>(series);

  const RunMap map = limiter.map(run);

  EXPECT_EQ(map.run, run);
}

TEST(MemoryLimiterConfig, TakesAllKeysOfTheOpenTelemetryCollector) {
  const FakeSettings<Config> settings(
      "{check_interval: 1s, limit_mib: 400, spike_limit_mib: 100, limit_percentage: 75,\n"
      "spike_limit_percentage: 15, min_gc_interval_when_soft_limited: 10s,\n"
      "min_gc_interval_when_hard_limited: 0s, max_gc_interval_when_soft_limited: 30s,\n"
      "max_gc_interval_when_hard_limited: 30s}");

  EXPECT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.value.limits(0).hard, 400 * kMiB);
  EXPECT_EQ(settings.value.limits(0).soft, 300 * kMiB);
}

TEST(MemoryLimiterConfig, NamesWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"limit_mib: 100", "1:1: error: check_interval: must be greater than zero, such as 1s"},
      {"check_interval: 1s",
       "1:1: error: limit_mib: limit_mib or limit_percentage must be greater than zero"},
      {"check_interval: 1s\nlimit_mib: 100\nspike_limit_mib: 100",
       "3:18: error: spike_limit_mib: must be smaller than limit_mib 100, got 100"},
      {"check_interval: 1s\nlimit_percentage: 101",
       "2:19: error: limit_percentage: must be at most 100, got 101"},
      {"check_interval: 1s\nlimit_percentage: 50\nspike_limit_percentage: 60",
       "3:25: error: spike_limit_percentage: must be smaller than limit_percentage 50, got 60"},
  };

  for (const auto& [yaml, message] : cases) {
    const FakeSettings<Config> settings(yaml);
    EXPECT_FALSE(settings.good()) << yaml;
    EXPECT_THAT(settings.messages(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace tributary::collector::memory_limiter
