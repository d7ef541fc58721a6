// What the conformance scripts do not look at: limits, cancellation, timeouts, statistics, threads.
#include "promql/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "promql/testing/memory_store.h"

namespace tributary::promql {
namespace {

using ::testing::ElementsAre;

// Ten series with a sample every 10 s for 10 minutes.
testing::MemoryStore ten_series() {
  testing::MemoryStore store;
  for (int series = 0; series < 10; ++series) {
    const Labels labels{{"__name__", "m_total"}, {"i", std::to_string(series)}};
    for (int i = 0; i <= 60; ++i) {
      EXPECT_TRUE(store.append(labels, Sample{i * 10'000, static_cast<double>(i * (series + 1))}));
    }
  }
  return store;
}

TEST(Engine, CountsSamplesOfEachStep) {
  const testing::MemoryStore store = ten_series();
  const FakeClock clock;
  const Engine engine({}, clock);
  QueryOptions options;
  options.stats_per_step = true;

  const auto value =
      engine.range(store, "sum(rate(m_total[1m]))", {120'000, 240'000, 60'000}, options);

  ASSERT_TRUE(value) << value.error().message();
  EXPECT_THAT(value->stats.samples_per_step, ElementsAre(60, 60, 60));
  EXPECT_EQ(value->stats.total_samples, 180);
}

}  // namespace
}  // namespace tributary::promql
