#include "collector/receivers/prometheus/run_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tributary::collector::prometheus {
namespace {

using testing::ElementsAre;

std::vector<Series> numbered(std::size_t begin, std::size_t end) {
  static const auto kFamily =
      std::make_shared<const MetricFamily>(MetricFamily{.name = "m", .type = MetricType::counter});
  static const auto kResource = std::make_shared<const Resource>();
  static const auto kScope = std::make_shared<const Scope>();
  std::vector<Series> all;
  for (std::size_t i = begin; i < end; ++i)
    all.push_back({.family = kFamily,
                   .labels = {{"n", std::to_string(i)}},
                   .resource = kResource,
                   .scope = kScope});
  return all;
}

SeriesRunPtr make_run(std::size_t begin, std::size_t end) {
  return std::make_shared<const SeriesRun>(numbered(begin, end));
}

std::vector<std::string> labels_of(const std::vector<SeriesRunPtr>& runs) {
  std::vector<std::string> all;
  for (const SeriesRunPtr& run : runs)
    for (const Series& series : run->unpack()) all.emplace_back(series.labels.get("n"));
  return all;
}

TEST(RunCutter, KeepsRunsThatComeAgainWhole) {
  const std::vector<SeriesRunPtr> old = {make_run(0, 256), make_run(256, 512), make_run(512, 768)};
  RunCutter cutter(old, {});

  for (std::size_t column = 0; column < 768; ++column)
    if (column != 300) cutter.add_old(column);
  const auto runs = cutter.finish();

  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0], old[0]);
  EXPECT_EQ(runs[1]->size(), 255U);
  EXPECT_EQ(runs[2], old[2]);
}

TEST(RunCutter, JoinsASmallPieceToTheRunBefore) {
  const std::vector<SeriesRunPtr> old = {make_run(0, 256), make_run(256, 512)};
  RunCutter cutter(old, {});

  for (std::size_t column = 0; column < 256; ++column) cutter.add_old(column);
  cutter.add(numbered(1000, 1001)[0]);
  for (std::size_t column = 256; column < 512; ++column) cutter.add_old(column);
  const auto runs = cutter.finish();

  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]->size(), 257U);
  EXPECT_EQ(runs[0]->unpack().back().labels.get("n"), "1000");
  EXPECT_EQ(runs[1], old[1]);
}

TEST(RunCutter, DoesNotFragmentWhereSeriesComeAndGo) {
  std::vector<SeriesRunPtr> runs = {make_run(0, 256), make_run(256, 512)};
  for (std::size_t round = 0; round < 300; ++round) {
    const std::size_t all = runs.size();
    std::size_t columns = 0;
    for (const SeriesRunPtr& run : runs) columns += run->size();
    RunCutter cutter(runs, {});
    for (std::size_t column = 0; column < columns; ++column) {
      if (column == round * 37 % columns) cutter.add(numbered(1000 + round, 1001 + round)[0]);
      if (column != round * 53 % columns) cutter.add_old(column);
    }
    runs = cutter.finish();
    ASSERT_LE(runs.size(), all + 1);
  }

  EXPECT_LE(runs.size(), 4U);
  EXPECT_EQ(labels_of(runs).size(), 512U);
}

TEST(RunCutter, TakesSeriesInAnyOrder) {
  const std::vector<SeriesRunPtr> old = {make_run(0, 3), make_run(3, 6)};
  RunCutter cutter(old, {});

  for (const std::size_t column : {5, 0, 0, 4, 2, 3}) cutter.add_old(column);

  EXPECT_THAT(labels_of(cutter.finish()), ElementsAre("5", "0", "0", "4", "2", "3"));
}

TEST(RunCutter, CutsManyNewSeriesIntoRunsOfTheSizeAimedAt) {
  RunCutter cutter({}, {});
  for (Series& series : numbered(0, 10'000)) cutter.add(std::move(series));

  const auto runs = cutter.finish();

  EXPECT_EQ(labels_of(runs).size(), 10'000U);
  for (const SeriesRunPtr& run : runs) {
    EXPECT_GE(run->size(), SeriesRun::kSeriesAim / 2);
    EXPECT_LE(run->size(), SeriesRun::kSeriesAim * 3 / 2);
  }
}

TEST(RunCutter, RefreshesTheSeriesOfRunsThatAreConcerned) {
  const std::vector<SeriesRunPtr> old = {make_run(0, 3), make_run(3, 6)};
  RunCutter cutter(old, {.concerns = [&](const SeriesRun& run) { return &run == old[1].get(); },
                         .apply =
                             [](Series& series) {
                               series.role = Role::sum;
                               return true;
                             }});

  for (std::size_t column = 0; column < 6; ++column) cutter.add_old(column);
  std::vector<Role> roles;
  for (const SeriesRunPtr& run : cutter.finish())
    for (const Series& series : run->unpack()) roles.push_back(series.role);

  EXPECT_THAT(roles,
              ElementsAre(Role::value, Role::value, Role::value, Role::sum, Role::sum, Role::sum));
}

}  // namespace
}  // namespace tributary::collector::prometheus
