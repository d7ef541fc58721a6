#include "collector/exporters/prometheusremotewrite/shared_series.h"

#include <gtest/gtest.h>

#include "collector/exporters/prometheusremotewrite/fake_samples.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::int64_t kTime = 1'700'000'000'000;

class SharedSeriesTest : public ::testing::Test {
 protected:
  struct Source {
    ShapePtr shape;
    CompiledRunPtr run;
  };

  Source make(const ShapePtr& shape) {
    RunNews news;
    Source out{shape, std::make_shared<CompiledRun>(*shape->runs().at(0), CompileOptions{}, news)};
    shared_.add(out.run);
    return out;
  }
  std::optional<std::string> write(const Source& source, std::int64_t time_ms) {
    source.run->write(*fake_batch(source.shape, time_ms), 0, writer_);
    return shared_.find_conflict(*source.run);
  }

  SharedSeries shared_;
  RequestWriter writer_{SizeLimits{}};
};

TEST_F(SharedSeriesTest, FindsASeriesOfTwoSourcesAtOneTime) {
  const Source app = make(fake_shape({"a", "memory"}));
  const Source side = make(fake_shape({"memory", "b"}));

  EXPECT_EQ(write(app, kTime), std::nullopt);
  EXPECT_EQ(write(side, kTime), "memory");
  EXPECT_EQ(write(app, kTime + 1), std::nullopt);
  EXPECT_EQ(write(side, kTime + 2), std::nullopt);
  EXPECT_EQ(write(app, kTime + 2), "memory");
}

TEST_F(SharedSeriesTest, TakesNoRunForAnotherSourceThatFollowsOnIt) {
  const Source before = make(fake_shape({"a"}));
  write(before, kTime);
  const Source after = make(fake_shape({"a", "b"}));

  EXPECT_EQ(write(after, kTime + 1), std::nullopt);
}

TEST_F(SharedSeriesTest, FindsTheOtherSourceThoughRunsComeAndGo) {
  const Source app = make(fake_shape({"memory"}));
  for (int i = 0; i < 10; ++i) make(fake_shape({"memory", "x"}));
  const Source side = make(fake_shape({"memory", "y"}));
  const Source again = make(fake_shape({"memory", "z"}));

  write(side, kTime);

  EXPECT_EQ(write(again, kTime), "memory");
  (void)app;
}

TEST_F(SharedSeriesTest, WatchesNoMoreThanItsLimit) {
  std::vector<Source> sources;
  for (std::size_t i = 0; i < 60; ++i) {
    const ShapePtr shape = fake_wide_shape(512, 10 + i);
    for (const SeriesRunPtr& run : shape->runs())
      sources.push_back(make(std::make_shared<const Shape>(std::vector{run})));
  }

  EXPECT_LE(shared_.watched(), SharedSeries::kWatchedMax);
  EXPECT_GE(shared_.watched(), SharedSeries::kWatchedMax / 4);

  const Source twin = make(sources.back().shape);
  write(sources.back(), kTime);
  EXPECT_NE(write(twin, kTime), std::nullopt);
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
