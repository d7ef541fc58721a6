#include "collector/receivers/prometheus/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector::prometheus {
namespace {

using testing::HasSubstr;

TargetDefaults defaults() { return {.job = "app", .interval = 15s, .timeout = 10s}; }

Target made(std::string_view address, const Labels& labels = {},
            const TargetDefaults& job = defaults(), const std::vector<RelabelRule>& rules = {}) {
  auto target = make_target(address, labels, job, rules);
  return target.value().value();
}

std::string fault(std::string_view address, const std::vector<RelabelRule>& rules = {}) {
  auto target = make_target(address, {}, defaults(), rules);
  return target ? "" : target.error().message();
}

RelabelRule set_label(std::string name, std::string value) {
  RelabelRule rule;
  rule.target_label = std::move(name);
  rule.replacement = std::move(value);
  return rule;
}

TEST(Target, KeepsTheUnspecifiedAddressAsItsInstance) {
  const Target target = made("0.0.0.0:8000");

  EXPECT_EQ(target.labels.to_string(), R"({instance="0.0.0.0:8000", job="app"})");
  EXPECT_EQ(target.url, "http://0.0.0.0:8000/metrics");
  EXPECT_EQ(target.interval, Duration(15s));
  EXPECT_EQ(target.timeout, Duration(10s));
}

TEST(Target, AddsNoPortToTheAddress) {
  EXPECT_EQ(made("example.org").labels.get("instance"), "example.org");
  EXPECT_EQ(made("example.org").url, "http://example.org/metrics");
}

TEST(Target, CarriesTheLabelsOfItsGroupButNoInternalOnes) {
  const Target target = made("a:1", {{"team", "x"}, {"__meta_zone", "z"}, {"__tmp", "t"}});

  EXPECT_EQ(target.labels.to_string(), R"({instance="a:1", job="app", team="x"})");
}

TEST(Target, LetsGroupAndRulesSetJobInstanceAndPath) {
  const Target target = made("a:1", {{"job", "other"}, {"__metrics_path__", "/m"}}, defaults(),
                             {set_label("instance", "here"), set_label("__scheme__", "https")});

  EXPECT_EQ(target.labels.to_string(), R"({instance="here", job="other"})");
  EXPECT_EQ(target.url, "https://a:1/m");
  EXPECT_EQ(target.scheme, "https");
}

TEST(Target, SendsParametersSortedAndLetsLabelsReplaceTheFirst) {
  TargetDefaults job = defaults();
  job.params = {{"match[]", {"{job=\"a b\"}", "up"}}, {"a", {"1"}}};

  EXPECT_EQ(made("h:1", {}, job).url,
            "http://h:1/metrics?a=1&match%5B%5D=%7Bjob%3D%22a+b%22%7D&match%5B%5D=up");
  EXPECT_EQ(made("h:1", {{"__param_a", "2"}, {"__param_b", "3"}}, job).url,
            "http://h:1/metrics?a=2&b=3&match%5B%5D=%7Bjob%3D%22a+b%22%7D&match%5B%5D=up");
}

TEST(Target, EscapesThePathAsGoDoes) {
  TargetDefaults job = defaults();
  job.metrics_path = "m x?y=$&,;:@(z)";

  EXPECT_EQ(made("h", {}, job).url, "http://h/m%20x%3Fy=$&,;:@%28z%29");
}

TEST(Target, IsNothingWhereARuleDropsIt) {
  RelabelRule drop;
  drop.action = RelabelAction::drop;
  drop.source_labels = {"__address__"};
  drop.regex = Regex::compile("a:.*").value();

  EXPECT_FALSE(make_target("a:1", {}, defaults(), std::vector{drop}).value());
  EXPECT_TRUE(make_target("b:1", {}, defaults(), std::vector{drop}).value());
}

TEST(Target, RefusesAddressesThatAreNone) {
  EXPECT_THAT(fault("http://a:1"), HasSubstr("without a scheme"));
  EXPECT_THAT(fault("a:1/metrics"), HasSubstr("a:1/metrics"));
  EXPECT_THAT(fault(""), HasSubstr("no address"));
  EXPECT_THAT(fault("a:1", {set_label("__address__", "")}), HasSubstr("no address"));
}

TEST(Target, TakesIntervalAndTimeoutFromRules) {
  const Target target =
      made("a:1", {}, defaults(),
           {set_label("__scrape_interval__", "1m30s"), set_label("__scrape_timeout__", "20s")});

  EXPECT_EQ(target.interval, Duration(90s));
  EXPECT_EQ(target.timeout, Duration(20s));
  EXPECT_THAT(fault("a:1", {set_label("__scrape_interval__", "5s")}),
              HasSubstr("timeout 10s is longer than the scrape interval 5s"));
  EXPECT_THAT(fault("a:1", {set_label("__scrape_interval__", "x")}), HasSubstr("scrape interval"));
  EXPECT_THAT(fault("a:1", {set_label("__scrape_timeout__", "0s")}), HasSubstr("timeout is 0"));
}

TEST(Target, HashesLabelsAndUrl) {
  EXPECT_EQ(made("a:1").hash(), made("a:1").hash());
  EXPECT_NE(made("a:1").hash(), made("a:2").hash());
  EXPECT_NE(made("a:1").hash(), made("a:1", {{"x", "y"}}).hash());
  EXPECT_NE(made("a:1").hash(), made("a:1", {{"__param_x", "y"}}).hash());
}

TEST(Target, SplitsInstances) {
  const auto parts = [](std::string_view instance) {
    const InstanceParts split = split_instance(instance);
    return std::string(split.host) + "|" + std::string(split.port);
  };

  EXPECT_EQ(parts("h:80"), "h|80");
  EXPECT_EQ(parts("h"), "h|");
  EXPECT_EQ(parts("[::1]:80"), "::1|80");
  EXPECT_EQ(parts("::1"), "::1|");
}

}  // namespace
}  // namespace tributary::collector::prometheus
