#include "model/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using testing::ElementsAre;

std::vector<Series> numbered(std::size_t count) {
  const auto family = std::make_shared<const MetricFamily>(MetricFamily{.name = "a"});
  std::vector<Series> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({.family = family, .labels = {{"id", std::to_string(i)}}});
  return out;
}

TEST(Shape, CutsSeriesIntoRuns) {
  const std::vector<Series> series = numbered(600);

  const Shape shape{std::span(series)};

  ASSERT_EQ(shape.runs().size(), 3U);
  EXPECT_EQ(shape.runs()[0]->size(), SeriesRun::kSeriesAim);
  EXPECT_EQ(shape.runs()[2]->size(), 600 - 2 * SeriesRun::kSeriesAim);
  EXPECT_EQ(shape.size(), 600U);
  const std::vector<Series> back = shape.unpack();
  ASSERT_EQ(back.size(), 600U);
  EXPECT_EQ(back[599].labels.get("id"), "599");
}

TEST(Shape, MayHaveNoSeries) {
  const Shape shape{std::span<const Series>()};

  EXPECT_EQ(shape.size(), 0U);
  EXPECT_TRUE(shape.unpack().empty());
}

TEST(Apply, GathersTheColumnAndRenumbersSideColumns) {
  Batch batch;
  batch.timestamp_ms = 7;
  batch.values = {10, 11, 12, 13, 14, 15, 16};
  batch.timestamps = {{1, 100}, {3, 300}, {5, 500}};
  batch.exemplars = {{3, {.value = 1}}, {3, {.value = 2}}, {4, {.value = 3}}};
  const ShapeMap map{
      .shape = std::make_shared<const Shape>(numbered(5)),
      .pieces = {{.from = 0, .size = 3, .gather = std::make_shared<const Gather>(Gather{3, 0, 1})},
                 {.from = 4, .size = 2, .gather = nullptr}}};

  const Batch out = apply(map, batch);

  EXPECT_EQ(out.timestamp_ms, 7);
  EXPECT_THAT(out.values, ElementsAre(13, 10, 11, 14, 15));
  ASSERT_EQ(out.timestamps.size(), 3U);
  EXPECT_EQ(out.timestamps[0].index, 0U);
  EXPECT_EQ(out.timestamps[0].value, 300);
  EXPECT_EQ(out.timestamps[1].index, 2U);
  EXPECT_EQ(out.timestamps[2].index, 4U);
  EXPECT_EQ(out.timestamps[2].value, 500);
  ASSERT_EQ(out.exemplars.size(), 3U);
  EXPECT_EQ(out.exemplars[1].index, 0U);
  EXPECT_EQ(out.exemplars[1].value.value, 2);
  EXPECT_EQ(out.exemplars[2].index, 3U);
}

}  // namespace
}  // namespace tributary
