#include "collector/processors/filter/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "collector/pipeline/pipeline.h"

namespace tributary::collector::filter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Settings = FakeSettings<Config>;

SeriesRunPtr run_of(const std::vector<std::string>& names, Resource resource = {}) {
  const auto shared = std::make_shared<const Resource>(std::move(resource));
  std::vector<Series> series;
  for (const std::string& name : names) {
    auto family = std::make_shared<MetricFamily>();
    family->name = name;
    series.push_back({std::move(family), Role::value, {}, shared, nullptr});
  }
  return std::make_shared<const SeriesRun>(series);
}

// The names that a filter with these settings keeps.
std::vector<std::string> kept(const std::string& yaml, const std::vector<std::string>& names,
                              Resource resource = {}) {
  const Settings settings(yaml);
  EXPECT_TRUE(settings.good()) << settings.messages();
  Rules rules(settings.value);
  const SeriesRunPtr run = run_of(names, std::move(resource));
  const RunMap map = rules.map(run);
  std::vector<std::string> out;
  if (map.run == nullptr) return out;
  for (const Series& series : map.run->unpack()) out.push_back(series.family->name);
  EXPECT_EQ(out.size(), map.run == run ? names.size() : map.gather.size());
  return out;
}

std::string refusal(const std::string& yaml) { return Settings(yaml).messages(); }

TEST(Filter, KeepsExactlyTheNamesOfAStrictInclude) {
  EXPECT_THAT(kept("metrics: {include: {match_type: strict, metric_names: [a.b, c]}}",
                   {"a.b", "a.bc", "A.B", "c"}),
              ElementsAre("a.b", "c"));
}

TEST(Filter, DropsTheNamesOfAStrictExclude) {
  EXPECT_THAT(kept("metrics: {exclude: {match_type: strict, metric_names: [a]}}", {"a", "ab"}),
              ElementsAre("ab"));
}

TEST(Filter, MatchesPatternsAnywhereInTheName) {
  EXPECT_THAT(kept("metrics: {include: {match_type: regexp, metric_names: [task, '^up$']}}",
                   {"ecs.task.cpu", "up", "up2", "container.cpu"}),
              ElementsAre("ecs.task.cpu", "up"));
}

TEST(Filter, AppliesIncludeAndExcludeTogether) {
  EXPECT_THAT(kept("metrics:\n"
                   "  include: {match_type: regexp, metric_names: [cpu]}\n"
                   "  exclude: {match_type: strict, metric_names: [cpu.b]}\n",
                   {"cpu.a", "cpu.b", "memory"}),
              ElementsAre("cpu.a"));
}

TEST(Filter, KeepsEverythingWithoutConditions) {
  EXPECT_THAT(kept("metrics: {include: {match_type: strict}}", {"a", "b"}), ElementsAre("a", "b"));
  EXPECT_THAT(kept("{}", {"a"}), ElementsAre("a"));
}

TEST(Filter, KeepsTheRunWhereNothingIsDropped) {
  const Settings settings("metrics: {include: {match_type: regexp, metric_names: ['']}}");
  Rules rules(settings.value);
  const SeriesRunPtr run = run_of({"a", "b"});

  const RunMap map = rules.map(run);

  EXPECT_EQ(map.run, run);
  EXPECT_TRUE(map.gather.empty());
}

TEST(Filter, MapsTheColumnToWhatStays) {
  const Settings settings("metrics: {exclude: {match_type: strict, metric_names: [b]}}");
  Rules rules(settings.value);

  const RunMap map = rules.map(run_of({"a", "b", "c"}));

  EXPECT_THAT(map.gather, ElementsAre(0, 2));
}

TEST(Filter, LooksAtResourceAttributes) {
  const Resource resource{{{"service", std::string("web")}, {"port", std::int64_t{80}}}, ""};
  const auto passes = [&](const std::string& condition) {
    return !kept("metrics: {include: {match_type: " + condition + "}}", {"a"}, resource).empty();
  };

  EXPECT_TRUE(passes("strict, resource_attributes: [{key: service, value: web}]"));
  EXPECT_FALSE(passes("strict, resource_attributes: [{key: service, value: we}]"));
  EXPECT_TRUE(passes("strict, resource_attributes: [{key: service}]"));
  EXPECT_FALSE(passes("strict, resource_attributes: [{key: absent}]"));
  EXPECT_FALSE(passes("strict, resource_attributes: [{key: service, value: web}, {key: absent}]"));
  EXPECT_TRUE(passes("strict, resource_attributes: [{key: port, value: 80}]"));
  EXPECT_FALSE(passes("strict, resource_attributes: [{key: port, value: '80'}]"));
  EXPECT_TRUE(passes("regexp, resource_attributes: [{key: service, value: '^w'}]"));
  EXPECT_FALSE(passes("regexp, resource_attributes: [{key: port, value: '80'}]"));
}

TEST(Filter, DropsAnExcludedResource) {
  const std::string yaml =
      "metrics: {exclude: {match_type: strict, resource_attributes: [{key: k, value: v}]}}";

  EXPECT_THAT(kept(yaml, {"a"}, {{{"k", std::string("v")}}, ""}), IsEmpty());
  EXPECT_THAT(kept(yaml, {"a"}, {{{"k", std::string("w")}}, ""}), ElementsAre("a"));
  EXPECT_THAT(kept(yaml, {"a"}), ElementsAre("a"));
}

TEST(Filter, RefusesWhatItCannotDoAndSaysWhere) {
  EXPECT_THAT(
      refusal("metrics: {include: {match_type: expr, expressions: ['true']}}"),
      HasSubstr("test.yaml:1:33: error: metrics::include: match_type expr is not supported yet"));
  EXPECT_THAT(refusal("metrics: {include: {metric_names: [x]}}"), HasSubstr("match_type"));
  EXPECT_THAT(refusal("metrics: {include: {match_type: glob}}"), HasSubstr("glob"));
}

TEST(Filter, DropsWhatConditionsName) {
  const Resource web{{{"service", std::string("web")}}, ""};
  const std::string yaml =
      "metrics: {metric: ['name == \"a\"', 'IsMatch(name, \"^c\")'],"
      " resource: ['attributes[\"service\"] == \"batch\"']}";

  EXPECT_THAT(kept(yaml, {"a", "b", "c", "cd"}, web), ElementsAre("b"));
  EXPECT_THAT(kept(yaml, {"b"}, {{{"service", std::string("batch")}}, ""}), IsEmpty());
  EXPECT_THAT(kept("metric_conditions: ['metric.name == \"a\"',"
                   " {context: metric, conditions: ['name == \"b\"'], error_mode: silent}]",
                   {"a", "b", "c"}),
              ElementsAre("c"));
}

TEST(Filter, DropsDataPointsByTheirAttributes) {
  const Settings settings("metrics: {datapoint: ['attributes[\"code\"] == \"500\"']}");
  ASSERT_TRUE(settings.good()) << settings.messages();
  Rules rules(settings.value);
  const auto family = std::make_shared<const MetricFamily>(MetricFamily{.name = "a"});
  const std::vector<Series> series = {{.family = family, .labels = {{"code", "200"}}},
                                      {.family = family, .labels = {{"code", "500"}}},
                                      {.family = family, .labels = {}}};

  const RunMap map = rules.map(std::make_shared<const SeriesRun>(series));

  EXPECT_THAT(map.gather, ElementsAre(0, 2));
  ASSERT_EQ(map.dropped.size(), 1U);
  EXPECT_EQ(rules.names()[map.dropped[0].rule], "datapoint: attributes[\"code\"] == \"500\"");
}

TEST(Filter, SaysWhereAConditionIsWrong) {
  EXPECT_THAT(refusal("metrics:\n  metric:\n    - 'name == \"a\"'\n    - 'name = \"a\"'\n"),
              HasSubstr("test.yaml:4:7: error: condition \"name = \\\"a\\\"\", column 6: got"));
  EXPECT_THAT(refusal("metrics: {datapoint: ['value_double > 3.0']}"),
              HasSubstr("path value_double is not supported"));
  EXPECT_THAT(refusal("metrics: {metric: ['HasAttrKeyOnDatapoint(\"k\")']}"),
              HasSubstr("HasAttrKeyOnDatapoint is not supported"));
  EXPECT_THAT(refusal("metrics: {metric: x}"), HasSubstr("want a list of conditions"));
  EXPECT_THAT(refusal("metric_conditions: ['name == \"a\"']"), HasSubstr("must begin with"));
  EXPECT_THAT(refusal("metric_conditions: [{context: log, conditions: []}]"),
              HasSubstr("context: want resource, scope, metric or datapoint"));
  EXPECT_THAT(refusal("metric_conditions: [{condition: []}]"), HasSubstr("unknown key"));
}

TEST(Filter, TakesListsOrConditions) {
  EXPECT_THAT(refusal("metrics: {include: {match_type: strict}, metric: ['true']}"),
              HasSubstr("include and exclude do not go with conditions"));
  EXPECT_THAT(refusal("{metrics: {metric: ['true']}, metric_conditions: ['true']}"),
              HasSubstr("metric_conditions do not go with metrics"));
}

TEST(Filter, NamesTheBrokenPattern) {
  const std::string message =
      refusal("metrics:\n  include:\n    match_type: regexp\n    metric_names: [good, 'a(']\n");

  EXPECT_THAT(message,
              HasSubstr("test.yaml:4:26: error: metrics::include: pattern \"a(\": missing"));
}

TEST(Filter, AcceptsTheOldCacheSettingsWithAWarning) {
  const Settings settings(
      "metrics: {include: {match_type: regexp, metric_names: [a], regexp: {cacheenabled: true}}}");

  EXPECT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.diagnostics.warnings(), 1u);
}

TEST(Filter, CountsWhatItDrops) {
  FakeContext fake;
  const Settings settings("metrics: {include: {match_type: strict, metric_names: [a]}}");
  Filter filter(fake.make({"filter", "ecs"}), settings.value);

  filter.count({.in = 10, .out = 7});

  EXPECT_THAT(fake.telemetry.render(),
              HasSubstr("otelcol_processor_filter_datapoints_filtered{filter=\"filter/ecs\"} 3"));
}

TEST(Filter, TellsWhichRuleDroppedASample) {
  FakeContext fake;
  const Settings settings(
      "metrics: {include: {match_type: regexp, metric_names: [a, b]},"
      " exclude: {match_type: strict, metric_names: [ab], resource_attributes: [{key: k}]}}");
  FakeConsumer out;
  std::vector<std::unique_ptr<Processor>> processors;
  processors.push_back(std::make_unique<Filter>(fake.make({"filter", "ecs"}), settings.value));
  Pipeline pipeline(std::move(processors), {&out});
  const auto shape = std::make_shared<const Shape>(
      std::vector<SeriesRunPtr>{run_of({"a", "ab", "c"}), run_of({"c", "b"}),
                                run_of({"a"}, {{{"k", std::string("v")}}, ""})});

  for (int i = 0; i < 2; ++i) {
    Batch batch;
    batch.shape = shape;
    batch.values.resize(shape->size());
    pipeline.consume(std::make_shared<const Batch>(std::move(batch)));
  }

  const std::string metrics = fake.telemetry.render();
  const auto counted = [&](std::string_view rule) {
    return HasSubstr("tributary_processor_filtered_samples{processor=\"filter/ecs\",rule=\"" +
                     std::string(rule));
  };
  EXPECT_THAT(metrics,
              AllOf(counted("include.metric_names\"} 4\n"), counted("exclude.metric_names\"} 2\n"),
                    counted("exclude.resource_attributes\"} 2\n")));
  EXPECT_THAT(metrics, HasSubstr("datapoints_filtered{filter=\"filter/ecs\"} 8"));
}

TEST(Filter, SaysOnceWhichNamesMatchedNothing) {
  FakeContext fake;
  const Settings settings("metrics: {include: {match_type: strict, metric_names: [a, typo]}}");
  Filter filter(fake.make({"filter", ""}), settings.value);
  filter.map(run_of({"a", "b"}));

  filter.count({.in = 2, .out = 1});
  const std::size_t before = fake.log_lines.size();
  fake.loop.advance(Filter::kUnmatchedAfter);
  filter.count({.in = 2, .out = 1});
  filter.count({.in = 2, .out = 1});

  EXPECT_EQ(before, 0u);
  ASSERT_EQ(fake.log_lines.size(), 1u);
  EXPECT_THAT(fake.log_lines[0], HasSubstr("\"metric_names\":\"typo\""));
}

TEST(Filter, SaysOnceWhichConditionsMatchedNothing) {
  FakeContext fake;
  const Settings settings("metrics: {metric: ['name == \"a\"', 'name == \"typo\"']}");
  Filter filter(fake.make({"filter", ""}), settings.value);
  filter.map(run_of({"a", "b"}));

  filter.count({.in = 2, .out = 1});
  fake.loop.advance(Filter::kUnmatchedAfter);
  filter.count({.in = 2, .out = 1});

  ASSERT_EQ(fake.log_lines.size(), 1u);
  EXPECT_THAT(fake.log_lines[0], HasSubstr("metric: name == \\\"typo"));
}

}  // namespace
}  // namespace tributary::collector::filter
