#include "model/series_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tributary {
namespace {

using testing::ElementsAre;

std::shared_ptr<const MetricFamily> family(std::string name) {
  return std::make_shared<const MetricFamily>(MetricFamily{.name = std::move(name)});
}

void expect_same(const Series& got, const Series& wanted) {
  EXPECT_EQ(got.family, wanted.family);
  EXPECT_EQ(got.role, wanted.role);
  EXPECT_EQ(got.labels, wanted.labels);
  EXPECT_EQ(got.resource, wanted.resource);
  EXPECT_EQ(got.scope, wanted.scope);
}

void expect_comes_back(std::span<const Series> series) {
  const SeriesRun run(series);
  const std::vector<Series> back = run.unpack();
  ASSERT_EQ(run.size(), series.size());
  ASSERT_EQ(back.size(), series.size());
  for (std::size_t i = 0; i < back.size(); ++i) expect_same(back[i], series[i]);
}

TEST(SeriesRun, GivesBackASeriesWithoutAnything) {
  const std::vector<Series> series(1);

  expect_comes_back(series);
}

TEST(SeriesRun, GivesBackHistogramsAndTheirLabels) {
  const auto latency = family("latency");
  const auto resource = std::make_shared<const Resource>();
  std::vector<Series> series;
  for (const char* code : {"200", "500"}) {
    for (const char* le : {"0.1", "0.25", "1", "+Inf"}) {
      series.push_back({latency, Role::bucket, Labels{{"code", code}, {"job", "j"}, {"le", le}},
                        resource, nullptr});
    }
    series.push_back({latency, Role::sum, Labels{{"code", code}, {"job", "j"}}, resource, nullptr});
    series.push_back(
        {latency, Role::count, Labels{{"code", code}, {"job", "j"}}, resource, nullptr});
  }
  series.push_back(
      {family("up"), Role::value, Labels{{"job", "j"}}, resource, std::make_shared<const Scope>()});

  expect_comes_back(series);
}

TEST(SeriesRun, GivesBackManyLabelsAndLongValues) {
  std::vector<Series> series(3);
  for (int i = 0; i < 300; ++i) {
    series[0].labels.set("label" + std::to_string(i), "value" + std::to_string(i));
    series[2].labels.set("label" + std::to_string(i), "value" + std::to_string(i * i));
  }
  series[1].labels.set("long", std::string(100'000, 'x'));

  expect_comes_back(series);
}

TEST(SeriesRun, GivesBackRandomSeries) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    std::vector<std::shared_ptr<const MetricFamily>> families = {nullptr, family("a"), family("b")};
    std::vector<std::shared_ptr<const Resource>> resources = {nullptr,
                                                              std::make_shared<const Resource>()};
    std::vector<std::shared_ptr<const Scope>> scopes = {nullptr, std::make_shared<const Scope>()};
    std::vector<Series> series(1 + below(SeriesRun::kSeriesMax));
    for (Series& one : series) {
      one.family = families[below(3)];
      one.role = static_cast<Role>(below(9));
      one.resource = resources[below(2)];
      one.scope = scopes[below(2)];
      for (unsigned i = below(12); i > 0; --i)
        one.labels.set(std::string(1, static_cast<char>('a' + below(6))),
                       std::to_string(below(1000)));
    }

    expect_comes_back(series);
  }
}

TEST(SeriesRun, TakesFewBytesForASeries) {
  std::vector<Series> series;
  const auto requests = family("http_requests");
  const auto resource = std::make_shared<const Resource>();
  for (int i = 0; i < 256; ++i) {
    series.push_back({requests, Role::value,
                      Labels{{"code", i % 2 == 0 ? "200" : "500"},
                             {"instance", "localhost:8080"},
                             {"job", "app"},
                             {"path", "/api/v1/things/" + std::to_string(i * 7919 % 100'000)}},
                      resource, nullptr});
  }

  const SeriesRun run(series);

  EXPECT_LE(run.bytes() / series.size(), 15U);
}

TEST(SeriesRunBuilder, IsEmptyAfterItsRun) {
  SeriesRunBuilder builder;
  builder.add(Series{.family = family("a"), .labels = {{"x", "1"}}});
  builder.finish();
  const Series second{.family = family("b"), .labels = {{"x", "1"}}};

  builder.add(second);
  const SeriesRunPtr run = builder.finish();

  ASSERT_EQ(run->size(), 1U);
  expect_same(run->unpack()[0], second);
}

TEST(SelectOfARun, KeepsTheSeriesOfTheIndexes) {
  std::vector<Series> series;
  for (int i = 0; i < 10; ++i)
    series.push_back({.family = family(std::to_string(i)), .labels = {{"x", std::to_string(i)}}});
  const SeriesRun run(series);

  const SeriesRunPtr some = select(run, std::vector<std::uint16_t>{0, 3, 9});

  std::vector<std::string> names;
  for (const Series& one : some->unpack())
    names.push_back(one.name() + std::string(one.labels.get("x")));
  EXPECT_THAT(names, ElementsAre("00", "33", "99"));
}

TEST(SeriesRun, ReplacesResourcesAndNothingElse) {
  const auto first = std::make_shared<const Resource>();
  const auto second = std::make_shared<const Resource>();
  const auto scope = std::make_shared<const Scope>();
  std::vector<Series> series = {
      {family("a"), Role::value, Labels{{"x", "1"}}, first, scope},
      {family("b"), Role::value, Labels{{"x", "2"}}, nullptr, nullptr},
      {family("c"), Role::value, Labels{{"x", "3"}}, first, nullptr},
  };
  const SeriesRun run(series);

  const SeriesRunPtr replaced = replace_resources(
      run, [&](const auto& resource) { return resource == first ? second : first; });

  series[0].resource = series[2].resource = second;
  series[1].resource = first;
  const std::vector<Series> back = replaced->unpack();
  ASSERT_EQ(back.size(), 3U);
  for (std::size_t i = 0; i < back.size(); ++i) expect_same(back[i], series[i]);
}

}  // namespace
}  // namespace tributary
