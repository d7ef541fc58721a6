#include "collector/processors/filter/ottl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector::filter {
namespace {

using ::testing::HasSubstr;

// A bucket of a scraped histogram, unless the test says otherwise.
Series bucket() {
  MetricFamily family{.name = "latency", .type = MetricType::histogram, .unit = "s"};
  Resource resource{{{"service.name", std::string("web")},
                     {"port", std::int64_t{80}},
                     {"share", 0.5},
                     {"is_new", true}},
                    ""};
  return {.family = std::make_shared<const MetricFamily>(std::move(family)),
          .role = Role::bucket,
          .labels = {{"code", "200"}, {"job", "web"}, {"le", "1"}},
          .resource = std::make_shared<const Resource>(std::move(resource)),
          .scope = std::make_shared<const Scope>(Scope{"lib", "1.2", {}})};
}

bool holds(std::string_view text, const Series& series) {
  const auto condition = OttlCondition::parse(text, OttlContext::datapoint);
  EXPECT_TRUE(condition) << condition.error().message();
  const SeriesRun run(std::span(&series, 1));
  SeriesRunReader reader(run);
  reader.next();
  return condition && condition->holds(reader.view());
}
bool holds(std::string_view text) { return holds(text, bucket()); }

std::string refusal(std::string_view text, OttlContext context = OttlContext::datapoint) {
  const auto condition = OttlCondition::parse(text, context);
  return condition ? "taken" : condition.error().message();
}

TEST(Ottl, LooksAtMetricsScopesAndResources) {
  EXPECT_TRUE(holds(R"(metric.name == "latency")"));
  EXPECT_FALSE(holds(R"(metric.name == "late")"));
  EXPECT_TRUE(holds(R"(metric.unit == "s" and metric.description == "")"));
  EXPECT_TRUE(holds("metric.type == METRIC_DATA_TYPE_HISTOGRAM"));
  EXPECT_FALSE(holds("metric.is_monotonic == true"));
  EXPECT_TRUE(holds(R"(scope.name == "lib" and instrumentation_scope.version == "1.2")"));
  EXPECT_TRUE(holds(R"(scope.attributes["k"] == nil)"));
  EXPECT_TRUE(holds(R"(resource.attributes["service.name"] == "web")"));
}

TEST(Ottl, ComparesValuesOfOneType) {
  EXPECT_TRUE(holds(R"(resource.attributes["port"] == 80)"));
  EXPECT_TRUE(holds(R"(resource.attributes["port"] >= 79.5)"));
  EXPECT_TRUE(holds(R"(resource.attributes["port"] > -80)"));
  EXPECT_FALSE(holds(R"(resource.attributes["port"] == "80")"));
  EXPECT_TRUE(holds(R"(resource.attributes["port"] != "80")"));
  EXPECT_TRUE(holds(R"(resource.attributes["share"] == 0.5)"));
  EXPECT_TRUE(holds(R"(resource.attributes["is_new"] == true)"));
  EXPECT_TRUE(holds(R"(resource.attributes["none"] == nil)"));
  EXPECT_FALSE(holds(R"(resource.attributes["none"] < 5)"));
  EXPECT_TRUE(holds(R"(metric.name < "m")"));
}

TEST(Ottl, SeesTheAttributesThatADataPointHas) {
  EXPECT_TRUE(holds(R"(attributes["code"] == "200")"));
  EXPECT_TRUE(holds(R"(datapoint.attributes["code"] != nil)"));
  EXPECT_TRUE(holds(R"(attributes["le"] == nil)"));
  EXPECT_TRUE(holds(R"(attributes["job"] == nil)"));  // it is the resource's service.name
  Series other = bucket();
  other.role = Role::value;
  other.labels.set("job", "proxy");
  EXPECT_TRUE(holds(R"(attributes["le"] == "1" and attributes["job"] == "proxy")", other));
}

TEST(Ottl, JoinsConditions) {
  EXPECT_TRUE(holds("true or false and false"));
  EXPECT_FALSE(holds("(true or false) and false"));
  EXPECT_FALSE(holds("not true or false"));
  EXPECT_TRUE(holds("not (true and false)"));
  EXPECT_TRUE(holds("not not true"));
}

TEST(Ottl, HasFunctionsOfTexts) {
  EXPECT_TRUE(holds(R"(IsMatch(metric.name, "^lat"))"));
  EXPECT_TRUE(holds(R"(IsMatch(metric.name, "t.n"))"));
  EXPECT_TRUE(holds(R"(IsMatch(resource.attributes["port"], "^8\\d$"))"));
  EXPECT_FALSE(holds(R"(IsMatch(attributes["none"], ""))"));
  EXPECT_TRUE(holds(R"(HasPrefix(metric.name, "lat") and HasSuffix(metric.name, "ency"))"));
  EXPECT_FALSE(holds(R"(HasPrefix(resource.attributes["port"], "8"))"));
}

TEST(Ottl, FindsTheContextOfItsPaths) {
  const auto context = [](std::string_view text) {
    return OttlCondition::parse(text).value().context();
  };

  EXPECT_EQ(context(R"(resource.attributes["a"] == nil)"), OttlContext::resource);
  EXPECT_EQ(context(R"(resource.attributes["a"] == nil or metric.name == "b")"),
            OttlContext::metric);
  EXPECT_EQ(context(R"(metric.name == "b" and datapoint.attributes["c"] == 1)"),
            OttlContext::datapoint);
}

TEST(Ottl, RefusesWhatItDoesNotKnowByName) {
  EXPECT_THAT(refusal(R"(Concat(["a"], "") == "a")"),
              HasSubstr("function Concat is not supported"));
  EXPECT_THAT(refusal("value_int == 3"), HasSubstr("path value_int is not supported"));
  EXPECT_THAT(refusal("metric.data_points == nil"), HasSubstr("path metric.data_points is not"));
  EXPECT_THAT(refusal("metric.name.x == nil"), HasSubstr("path metric.name.x is not supported"));
  EXPECT_THAT(refusal(R"(attributes["a"]["b"] == 1)"), HasSubstr("keys of keys"));
  EXPECT_THAT(refusal("attributes == nil"), HasSubstr("wants a key"));
  EXPECT_THAT(refusal(R"(metric.name["a"] == 1)"), HasSubstr("has no keys"));
  EXPECT_THAT(refusal(R"(datapoint.attributes["a"] == 1)", OttlContext::metric),
              HasSubstr("a condition on a metric sees no datapoint"));
}

TEST(Ottl, SaysWhereATextIsBroken) {
  EXPECT_EQ(refusal("true and"), R"(condition "true and", column 9: got the end, want a value)");
  EXPECT_THAT(refusal(R"(metric.name == "a)"), HasSubstr("without its closing quote"));
  EXPECT_THAT(refusal(R"(metric.name == "\d")"), HasSubstr("column 16: a backslash"));
  EXPECT_THAT(refusal("metric.name"), HasSubstr("want a comparison"));
  EXPECT_THAT(refusal("(true"), HasSubstr("want \")\""));
  EXPECT_THAT(refusal("true false"), HasSubstr("want the end"));
  EXPECT_THAT(refusal("1-2 == 3"), HasSubstr("want a number"));
  EXPECT_THAT(refusal(R"(IsMatch(metric.name, "("))"), HasSubstr("pattern \"(\""));
  EXPECT_THAT(refusal(""), HasSubstr("want a value"));
}

TEST(Ottl, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_THAT(refusal(std::string(100, '(')), HasSubstr("nested more than 50 deep"));
  EXPECT_THAT(refusal(std::string(20'000, ' ')), HasSubstr("at most 16384"));
}

}  // namespace
}  // namespace tributary::collector::filter
