// What the conformance scripts do not look at: limits, cancellation, timeouts, statistics, threads.
#include "promql/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "promql/testing/memory_store.h"
#include "promql/testing/thread_parallel.h"

namespace tributary::promql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// m_total{i="0"} .. with a sample every 10 s for 10 minutes, whose sums round.
testing::MemoryStore store_of(int series_count) {
  testing::MemoryStore store;
  for (int series = 0; series < series_count; ++series) {
    const Labels labels{{"__name__", "m_total"},
                        {"i", std::to_string(series)},
                        {"group", std::to_string(series % 7)}};
    for (int i = 0; i <= 60; ++i) {
      EXPECT_TRUE(store.append(labels, Sample{i * 10'000, 0.1 * i * (series + 1)}));
    }
  }
  return store;
}

// Goes on by itself: a second each time somebody looks.
class TickingClock final : public Clock {
 public:
  Timestamp now() const override { return {}; }
  Instant monotonic() const override { return now_ += 1s; }

 private:
  mutable Instant now_{};
};

struct Fixture {
  explicit Fixture(int series_count, EngineOptions options = {})
      : store(store_of(series_count)), engine(options, clock) {}

  Result<Value> instant(std::string_view query) const {
    return engine.instant(store, query, 600'000, {});
  }

  testing::MemoryStore store;
  FakeClock clock;
  Engine engine;
};

std::vector<std::uint64_t> bits_of(const Value& value) {
  std::vector<std::uint64_t> out;
  for (const SeriesValue& series : value.series) {
    for (const Sample& sample : series.floats) {
      out.push_back(std::bit_cast<std::uint64_t>(sample.value));
    }
  }
  return out;
}

TEST(Engine, CountsSamplesOfEachStep) {
  const Fixture fixture(10);
  QueryOptions options;
  options.stats_per_step = true;

  const auto value = fixture.engine.range(fixture.store, "sum(rate(m_total[1m]))",
                                          {120'000, 240'000, 60'000}, options);

  ASSERT_TRUE(value) << value.error().message();
  EXPECT_THAT(value->stats.samples_per_step, ElementsAre(60, 60, 60));
  EXPECT_EQ(value->stats.total_samples, 180);
}

TEST(Engine, CountsAStepInvariantPartAtEachStep) {
  const Fixture fixture(10);
  QueryOptions options;
  options.stats_per_step = true;

  const auto value = fixture.engine.range(fixture.store, "sum(m_total @ 100)",
                                          {120'000, 240'000, 60'000}, options);

  ASSERT_TRUE(value) << value.error().message();
  EXPECT_THAT(value->stats.samples_per_step, ElementsAre(10, 10, 10));
}

TEST(Engine, KeepsNoStatisticsOfStepsUnasked) {
  const Fixture fixture(10);

  const auto value = fixture.instant("m_total");

  ASSERT_TRUE(value);
  EXPECT_TRUE(value->stats.samples_per_step.empty());
  EXPECT_EQ(value->stats.total_samples, 10);
  EXPECT_EQ(value->stats.peak_samples, 10);
}

TEST(Engine, RefusesToHoldTooManySamples) {
  const Fixture fixture(10, {.samples_max = 9});

  const auto vector = fixture.instant("m_total");
  const auto folded = fixture.instant("sum(m_total)");
  const auto windows = fixture.instant("rate(m_total{i=\"1\"}[5m])");
  const auto range = fixture.instant("m_total{i=\"1\"}[5m]");

  for (const auto& refused : {vector, folded, windows, range}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::limit_exceeded);
    EXPECT_EQ(refused.error().message(),
              "query processing would load too many samples into memory in query execution");
  }
}

TEST(Engine, HoldsNoMoreThanItNeedsAtATime) {
  const Fixture fixture(10, {.samples_max = 30});

  const auto value = fixture.instant("sum(m_total) + sum(m_total) + sum(m_total) + sum(m_total)");

  ASSERT_TRUE(value) << value.error().message();
  EXPECT_EQ(value->stats.total_samples, 40);
  EXPECT_LE(value->stats.peak_samples, 14);
}

// Each of 2,000 series is there for 5 of 10,000 seconds.
testing::MemoryStore short_lived_series() {
  testing::MemoryStore store;
  for (int i = 0; i < 2000; ++i) {
    const Labels labels{{"__name__", "m"}, {"i", std::to_string(i)}};
    EXPECT_TRUE(store.append(labels, {i * 5000, 1.0}));
  }
  return store;
}

TEST(Engine, TakesNoRoomForStepsAtWhichASeriesIsNotThere) {
  const testing::MemoryStore store = short_lived_series();
  const FakeClock clock;
  const Engine engine({.lookback = 5s, .samples_max = 500'000}, clock);
  const TimeRange range{0, 9'999'000, 1000};

  const auto series = engine.range(store, "m", range, {});
  const auto groups = engine.range(store, "sum by (i) (m)", range, {});

  ASSERT_TRUE(series) << series.error().message();
  ASSERT_TRUE(groups) << groups.error().message();
  EXPECT_EQ(series->series.size(), 2000);
  EXPECT_EQ(series->stats.total_samples, 10'000);
  EXPECT_EQ(groups->series.size(), 2000);
}

TEST(Engine, LimitsTheRoomOfSeriesThatAreHardlyThere) {
  const testing::MemoryStore store = short_lived_series();
  const FakeClock clock;
  const Engine engine({.lookback = 5s, .samples_max = 500'000}, clock);

  const auto value = engine.range(store, "m + m", {0, 9'999'000, 1000}, {});

  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), Code::limit_exceeded);
}

TEST(Engine, RefusesASubqueryOfMoreStepsThanItMayHoldSamples) {
  const Fixture fixture(1, {.samples_max = 1000});

  const auto value = fixture.instant("max_over_time(nothing[1y:1ms])");

  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code(), Code::limit_exceeded);
}

TEST(Engine, StopsWhenAsked) {
  const Fixture fixture(1);
  std::stop_source source;
  QueryOptions options;
  options.stop = source.get_token();
  source.request_stop();

  const auto value = fixture.engine.instant(fixture.store, "sum(m_total)", 600'000, options);

  ASSERT_FALSE(value);
  EXPECT_EQ(value.error(), Error(Code::cancelled, "query was canceled in expression evaluation"));
}

TEST(Engine, StopsBetweenSeriesWhenItsTimeIsOver) {
  const testing::MemoryStore store = store_of(1000);
  const TickingClock clock;
  const Engine engine({.timeout = 20s}, clock);

  const auto value = engine.instant(store, "sum(m_total)", 600'000, {});

  ASSERT_FALSE(value);
  EXPECT_EQ(value.error(), Error(Code::timeout, "query timed out in expression evaluation"));
}

TEST(Engine, GivesAQueryNoMoreTimeThanTheEngines) {
  const testing::MemoryStore store = store_of(1000);
  const TickingClock clock;
  const Engine engine({.timeout = 20s}, clock);
  QueryOptions patient;
  patient.timeout = 1h;
  QueryOptions hasty;
  hasty.timeout = 1s;

  const auto late = engine.instant(store, "sum(m_total)", 600'000, patient);
  const auto early = engine.instant(store, "m_total{i=\"1\"}", 600'000, hasty);

  EXPECT_FALSE(late);
  EXPECT_FALSE(early);
}

TEST(Engine, LooksBackAsFarAsTheQueryWants) {
  const Fixture fixture(1);
  QueryOptions options;
  options.lookback = 10s;

  const auto value = fixture.engine.instant(fixture.store, "m_total", 610'000, options);
  const auto default_value = fixture.engine.instant(fixture.store, "m_total", 610'000, {});

  ASSERT_TRUE(value && default_value);
  EXPECT_TRUE(value->series.empty());
  EXPECT_EQ(default_value->series.size(), 1);
}

class SameOnThreads : public ::testing::TestWithParam<const char*> {};

TEST_P(SameOnThreads, ToTheLastBit) {
  const testing::MemoryStore store = store_of(3000);
  const FakeClock clock;
  testing::ThreadParallel parallel(4);
  const Engine serial({}, clock);
  const Engine threaded({}, clock, &parallel);
  const TimeRange range{60'000, 600'000, 60'000};

  const auto one = serial.range(store, GetParam(), range, {});
  const auto many = threaded.range(store, GetParam(), range, {});

  ASSERT_TRUE(one && many);
  ASSERT_FALSE(one->series.empty());
  EXPECT_EQ(bits_of(*one), bits_of(*many));
  EXPECT_EQ(one->stats.total_samples, many->stats.total_samples);
}

INSTANTIATE_TEST_SUITE_P(Engine, SameOnThreads,
                         ::testing::Values("m_total", "sum(m_total)", "avg by (group) (m_total)",
                                           "stddev(rate(m_total[1m]))", "quantile(0.3, m_total)",
                                           "topk(3, rate(m_total[1m]))",
                                           "sum by (group) (-m_total / 3)"));

TEST(Engine, AveragesPartsOfSeriesAsIfTheyWereOne) {
  testing::MemoryStore store;
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(store.append({{"__name__", "huge"}, {"i", std::to_string(i)}}, {0, 1e308}));
  }
  const FakeClock clock;
  const Engine engine({}, clock);

  const auto mean = engine.instant(store, "avg(huge)", 0, {});

  ASSERT_TRUE(mean);
  EXPECT_DOUBLE_EQ(mean->series.at(0).floats.at(0).value, 1e308);
}

TEST(Engine, SortsAVectorByLabelsUnlessTheQuerySorts) {
  const Fixture fixture(3);

  const auto sorted = fixture.instant("m_total * on (i) m_total");
  const auto best_first = fixture.instant("2 * topk(2, m_total)");

  ASSERT_TRUE(sorted && best_first);
  EXPECT_EQ(sorted->series.at(0).labels.get("i"), "0");
  EXPECT_EQ(sorted->series.at(2).labels.get("i"), "2");
  EXPECT_EQ(best_first->series.at(0).labels.get("i"), "2");
}

TEST(Engine, RefusesARangeOfAStringOrOfRanges) {
  const Fixture fixture(1);

  const auto text = fixture.engine.range(fixture.store, "\"a\"", {0, 10, 1}, {});
  const auto ranges = fixture.engine.range(fixture.store, "m_total[1m]", {0, 10, 1}, {});

  ASSERT_FALSE(text || ranges);
  EXPECT_EQ(text.error(), Error(Code::invalid_argument,
                                "invalid expression type \"string\" for range query, must be "
                                "Scalar or instant Vector"));
  EXPECT_THAT(ranges.error().message(), HasSubstr("\"range vector\""));
}

TEST(Engine, CallsAFailedEvaluationAnExecutionError) {
  const Fixture fixture(3);

  const auto value = fixture.instant("m_total + on (group) group_left m_total{i=~\"0|7\"}");
  const auto duplicate = fixture.instant("m_total{i=\"0\"} + on () m_total");

  EXPECT_TRUE(value);
  ASSERT_FALSE(duplicate);
  EXPECT_EQ(duplicate.error().code(), Code::execution);
  EXPECT_THAT(duplicate.error().message(), HasSubstr("found duplicate series for the match group"));
}

TEST(Engine, AsksForTimesAtTheEndsOfTheWorld) {
  const Fixture fixture(1);

  const auto first = fixture.engine.instant(fixture.store, "m_total offset 1y", INT64_MIN, {});
  const auto last =
      fixture.engine.instant(fixture.store, "rate(m_total[5m] offset -1y)", INT64_MAX, {});

  EXPECT_TRUE(first);
  EXPECT_TRUE(last);
}

TEST(Engine, WalksFromTheFirstTimeToTheLast) {
  const Fixture fixture(1);

  const auto value =
      fixture.engine.range(fixture.store, "time() + 0 * sum(rate(m_total[5m]) or vector(0))",
                           {INT64_MIN, INT64_MAX, INT64_MAX / 2}, {});

  ASSERT_TRUE(value) << value.error().message();
  EXPECT_EQ(value->series.at(0).floats.size(), 5);
  EXPECT_EQ(value->series.at(0).floats.front().timestamp_ms, INT64_MIN);
}

TEST(Engine, EvaluatesTheLongestExpressionThatParses) {
  const Fixture fixture(1);
  std::string scalars = "1";
  std::string vectors = "m_total";
  for (unsigned i = 0; i < kExpressionOperatorsMax - 1; ++i) {
    scalars += "+1";
    vectors += "+m_total";
  }

  const auto scalar = fixture.instant(scalars);
  const auto vector = fixture.instant(vectors);

  ASSERT_TRUE(scalar) << scalar.error().message();
  EXPECT_EQ(scalar->scalar, kExpressionOperatorsMax);
  ASSERT_TRUE(vector) << vector.error().message();
  EXPECT_EQ(vector->series.size(), 1);
}

}  // namespace
}  // namespace tributary::promql
