#include "promql/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>

namespace tributary::promql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A plain store: a sorted map.
class MapStore final : public Queryable {
 public:
  std::map<Labels, std::vector<Sample>> series;

  Result<std::unique_ptr<Querier>> querier(std::int64_t min_ms,
                                           std::int64_t max_ms) const override {
    return std::unique_ptr<Querier>(std::make_unique<MapQuerier>(*this, min_ms, max_ms));
  }

 private:
  class List final : public SeriesList {
   public:
    using Found = std::vector<std::pair<std::string, std::vector<Sample>>>;
    explicit List(Found found) : found_(std::move(found)) {}
    std::size_t size() const override { return found_.size(); }
    LabelsView labels(std::size_t i) const override { return LabelsView(found_[i].first); }
    Result<void> read(std::size_t i, SeriesSamples& out) const override {
      const auto& samples = found_[i].second;
      out.floats.insert(out.floats.end(), samples.begin(), samples.end());
      return {};
    }

   private:
    Found found_;
  };
  class MapQuerier final : public Querier {
   public:
    MapQuerier(const MapStore& store, std::int64_t min_ms, std::int64_t max_ms)
        : store_(store), min_ms_(min_ms), max_ms_(max_ms) {}
    Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
      List::Found found;
      for (const auto& [labels, all] : store_.series) {
        if (!matches(matchers, labels)) continue;
        std::vector<Sample> samples = all;
        std::erase_if(samples, [this](const Sample& sample) {
          return sample.timestamp_ms < min_ms_ || sample.timestamp_ms > max_ms_;
        });
        found.emplace_back(pack(labels), samples);
      }
      return std::unique_ptr<SeriesList>(std::make_unique<List>(std::move(found)));
    }
    Result<std::vector<std::string>> label_names(std::span<const Matcher>) const override {
      return std::vector<std::string>();
    }
    Result<std::vector<std::string>> label_values(std::string_view,
                                                  std::span<const Matcher>) const override {
      return std::vector<std::string>();
    }

   private:
    const MapStore& store_;
    const std::int64_t min_ms_;
    const std::int64_t max_ms_;
  };
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    for (int i = 0; i <= 10; ++i) store_.series[up_].push_back({i * 60'000, 1.0 * i});
    store_.series[gone_] = {{0, 1}, {60'000, kStaleMarker}, {120'000, 2}};
  }

  std::vector<Sample> samples_at(std::string_view query, std::int64_t time_ms) {
    const auto value = engine_.instant(store_, query, time_ms, {}).value();
    return value.series.empty() ? std::vector<Sample>() : value.series.front().samples;
  }

  FakeClock clock_;
  Engine engine_{{}, clock_};
  MapStore store_;
  const Labels up_{{"__name__", "up"}, {"job", "a"}};
  const Labels gone_{{"__name__", "gone"}};
};

TEST_F(EngineTest, TakesTheNewestSampleOfTheLookbackWindowOpenOnTheLeft) {
  EXPECT_THAT(samples_at("up", 0), ElementsAre(Sample{0, 0}));
  EXPECT_THAT(samples_at("up", 90'000), ElementsAre(Sample{90'000, 1}));
  EXPECT_THAT(samples_at("up", 600'000 + 299'999), ElementsAre(Sample{899'999, 10}));
  EXPECT_THAT(samples_at("up", 600'000 + 300'000), IsEmpty());
  EXPECT_THAT(samples_at("up", -1), IsEmpty());
}

TEST_F(EngineTest, ShiftsByTheOffsetEitherWay) {
  EXPECT_THAT(samples_at("up offset 1m", 120'000), ElementsAre(Sample{120'000, 1}));
  EXPECT_THAT(samples_at("up offset -1m", 120'000), ElementsAre(Sample{120'000, 3}));
}

TEST_F(EngineTest, TakesAStaleSeriesAsGone) {
  EXPECT_THAT(samples_at("gone", 59'999), ElementsAre(Sample{59'999, 1}));
  EXPECT_THAT(samples_at("gone", 60'000), IsEmpty());
  EXPECT_THAT(samples_at("gone", 120'000), ElementsAre(Sample{120'000, 2}));
}

TEST_F(EngineTest, GivesTheSamplesOfARangeOpenOnTheLeftWithoutMarkers) {
  EXPECT_THAT(samples_at("up[2m]", 240'000), ElementsAre(Sample{180'000, 3}, Sample{240'000, 4}));
  EXPECT_THAT(samples_at("gone[10m]", 240'000), ElementsAre(Sample{0, 1}, Sample{120'000, 2}));
  EXPECT_THAT(samples_at("up[1m] offset 1m", 240'000), ElementsAre(Sample{180'000, 3}));
}

TEST_F(EngineTest, EvaluatesASelectorAtEveryStep) {
  const auto value = engine_.range(store_, "gone", {0, 180'000, 30'000}, {}).value();

  ASSERT_EQ(value.type, ValueType::matrix);
  ASSERT_EQ(value.series.size(), 1U);
  EXPECT_EQ(value.series[0].labels, gone_);
  EXPECT_THAT(value.series[0].samples,
              ElementsAre(Sample{0, 1}, Sample{30'000, 1}, Sample{120'000, 2}, Sample{150'000, 2},
                          Sample{180'000, 2}));
}

TEST_F(EngineTest, AnswersAtTheEdgesOfTime) {
  EXPECT_THAT(samples_at("up", INT64_MAX), IsEmpty());
  EXPECT_THAT(samples_at("up", INT64_MIN), IsEmpty());
  EXPECT_TRUE(engine_.range(store_, "up", {INT64_MAX - 5, INT64_MAX, 2}, {}));
}

TEST_F(EngineTest, ComputesWithScalars) {
  const auto check = [this](const char* query, double expected) {
    const auto value = engine_.instant(store_, query, 0, {});
    ASSERT_TRUE(value) << query << ": " << value.error().message();
    ASSERT_EQ(value->type, ValueType::scalar) << query;
    EXPECT_DOUBLE_EQ(value->scalar, expected) << query;
  };

  check("1+1", 2);
  check("1 + 2 * 3 - 4 / 2", 5);
  check("-1^2", -1);
  check("2^3^2", 512);
  check("-(2 - 5) % 2", 1);
  check("1 == bool 1", 1);
  check("1 >= bool 2", 0);
  check("1 atan2 1", std::atan2(1, 1));
  check("1/0", INFINITY);
}

TEST_F(EngineTest, GivesAScalarAtEveryStepOfARange) {
  const auto value = engine_.range(store_, "1+1", {0, 2000, 1000}, {}).value();

  ASSERT_EQ(value.series.size(), 1U);
  EXPECT_THAT(value.series[0].samples, ElementsAre(Sample{0, 2}, Sample{1000, 2}, Sample{2000, 2}));
}

TEST_F(EngineTest, RefusesARangeVectorInARangeQuery) {
  const auto refused = engine_.range(store_, "up[5m]", {0, 60'000, 1000}, {});

  EXPECT_EQ(refused.error().message(),
            "invalid expression type \"range vector\" for range query, must be Scalar or instant "
            "Vector");
}

TEST_F(EngineTest, StopsAtItsLimits) {
  const Engine small({.samples_max = 3}, clock_);
  std::stop_source stop;
  stop.request_stop();
  QueryOptions stopped;
  stopped.stop = stop.get_token();
  QueryOptions hurried;
  hurried.timeout = Duration(-1);

  EXPECT_EQ(small.range(store_, "up", {0, 600'000, 1000}, {}).error().code(), Code::limit_exceeded);
  EXPECT_EQ(small.instant(store_, "up[10m]", 600'000, {}).error().code(), Code::limit_exceeded);
  EXPECT_EQ(engine_.instant(store_, "up", 0, stopped).error().code(), Code::cancelled);
  EXPECT_EQ(engine_.instant(store_, "up", 0, hurried).error().code(), Code::timeout);
}

}  // namespace
}  // namespace tributary::promql
