#include "collector/exporters/prometheusremotewrite/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr const char* kScraperScope =
    "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver";

std::string text_of(const Result<Labels>& labels) {
  return labels ? labels->to_string() : "refused: " + labels.error().message();
}

TranslateOptions of_2021() { return {.names = {.compat = Compat::adot_0_12}}; }
TranslateOptions of_2023() { return {.names = {.compat = Compat::adot_0_35}}; }

Series series_of(MetricFamily family, Role role = Role::value, Labels labels = {},
                 std::vector<Attribute> resource = {}) {
  return {.family = std::make_shared<const MetricFamily>(std::move(family)),
          .role = role,
          .labels = std::move(labels),
          .resource = std::make_shared<const Resource>(Resource{.attributes = std::move(resource)}),
          .scope = std::make_shared<const Scope>()};
}

// As the prometheus receiver makes it.
Series scraped(MetricFamily family, Role role, Labels labels) {
  labels.set("job", "demo");
  labels.set("instance", "app:8000");
  Series series = series_of(std::move(family), role, std::move(labels),
                            {{"service.name", "demo"},
                             {"server.address", "app"},
                             {"service.instance.id", "app:8000"},
                             {"server.port", "8000"},
                             {"url.scheme", "http"}});
  series.scope = std::make_shared<const Scope>(Scope{kScraperScope, "v0.49.0", {}});
  return series;
}

Series of_task() {
  return series_of({.name = "ecs.task.memory.utilized", .type = MetricType::gauge, .unit = "MiB"},
                   Role::value, {},
                   {{"aws.ecs.cluster.name", "main"},
                    {"aws.ecs.task.arn", "arn:aws:ecs:x"},
                    {"aws.ecs.service.name", ""},
                    {"aws.ecs.container.exit_code", std::int64_t{0}}});
}

TEST(Translate, GivesAScrapedSeriesItsScopeToday) {
  const Series up = scraped({.name = "up", .type = MetricType::gauge}, Role::value, {});

  const auto labels = translate(up, {});

  EXPECT_EQ(*labels, (Labels{{"__name__", "up"},
                             {"instance", "app:8000"},
                             {"job", "demo"},
                             {"otel_scope_name", kScraperScope},
                             {"otel_scope_version", "v0.49.0"}}));
}

TEST(Translate, LeavesTheScopeOutWhereToldAndIn2021) {
  const Series up = scraped({.name = "up", .type = MetricType::gauge}, Role::value, {});

  EXPECT_EQ(text_of(translate(up, {.scope_info = false})),
            "up{instance=\"app:8000\", job=\"demo\"}");
  EXPECT_EQ(text_of(translate(up, of_2021())), "up{instance=\"app:8000\", job=\"demo\"}");
}

TEST(Translate, TakesScopeLabelsOfThePageFromTheScope) {
  Series series = scraped({.name = "a", .type = MetricType::gauge}, Role::value,
                          {{"otel_scope_name", "lib"}, {"otel_scope_x", "y"}});
  series.scope = std::make_shared<const Scope>(Scope{"lib", "", {{"x", "y"}, {"schema_url", "u"}}});

  EXPECT_EQ(text_of(translate(series, {})),
            "a{instance=\"app:8000\", job=\"demo\", otel_scope_name=\"lib\", otel_scope_x=\"y\"}");
  EXPECT_EQ(text_of(translate(series, {.scope_info = false})),
            "a{instance=\"app:8000\", job=\"demo\"}");
  EXPECT_EQ(text_of(translate(series, of_2021())),
            "a{instance=\"app:8000\", job=\"demo\", otel_scope_name=\"lib\", otel_scope_x=\"y\"}");
}

TEST(Translate, NamesTheSeriesOfAHistogram) {
  const MetricFamily latency{.name = "my.latency", .type = MetricType::histogram, .unit = "ms"};
  const auto is = [&](Role role, Labels labels, const char* now, const char* then) {
    const Series series = series_of(latency, role, std::move(labels));
    EXPECT_EQ(text_of(translate(series, {})), now);
    EXPECT_EQ(text_of(translate(series, of_2021())), then);
  };

  is(Role::bucket, {{"le", "0.005"}}, "my_latency_milliseconds_bucket{le=\"0.005\"}",
     "my_latency_bucket{le=\"0.005\"}");
  is(Role::bucket, {{"le", "2.5e+06"}}, "my_latency_milliseconds_bucket{le=\"2500000\"}",
     "my_latency_bucket{le=\"2500000\"}");
  is(Role::bucket, {{"le", "1.0"}}, "my_latency_milliseconds_bucket{le=\"1\"}",
     "my_latency_bucket{le=\"1\"}");
  is(Role::bucket, {{"le", "+Inf"}}, "my_latency_milliseconds_bucket{le=\"+Inf\"}",
     "my_latency_bucket{le=\"+Inf\"}");
  is(Role::sum, {}, "my_latency_milliseconds_sum", "my_latency_sum");
  is(Role::count, {}, "my_latency_milliseconds_count", "my_latency_count");
}

TEST(Translate, NamesTheSeriesOfASummary) {
  const MetricFamily gc{.name = "go_gc_duration_seconds", .type = MetricType::summary, .unit = "s"};

  EXPECT_EQ(text_of(translate(series_of(gc, Role::quantile, {{"quantile", "1.0"}}), {})),
            "go_gc_duration_seconds{quantile=\"1\"}");
  EXPECT_EQ(text_of(translate(series_of(gc, Role::sum), {})), "go_gc_duration_seconds_sum");
}

TEST(Translate, NamesCounters) {
  EXPECT_EQ(text_of(translate(series_of({.name = "requests", .type = MetricType::counter}), {})),
            "requests_total");
  EXPECT_EQ(
      text_of(translate(series_of({.name = "requests", .type = MetricType::counter}), of_2021())),
      "requests");
}

TEST(Translate, GivesAnInfoMetricTheNameOfItsFamilyToday) {
  const Series info =
      series_of({.name = "build", .type = MetricType::info}, Role::info, {{"version", "1"}});

  EXPECT_EQ(text_of(translate(info, {})), "build{version=\"1\"}");
  EXPECT_EQ(text_of(translate(info, of_2021())), "build_info{version=\"1\"}");
}

TEST(Translate, TakesTheSeriesOfAGaugeHistogramAsGauges) {
  const MetricFamily family{.name = "g", .type = MetricType::gauge_histogram};

  EXPECT_EQ(text_of(translate(series_of(family, Role::bucket, {{"le", "1.0"}}), {})),
            "g_bucket{le=\"1.0\"}");
  EXPECT_EQ(text_of(translate(series_of(family, Role::gauge_count), {})), "g_gcount");
}

TEST(Translate, DropsCreatedSeriesToday) {
  const Series created = series_of({.name = "a", .type = MetricType::histogram}, Role::created);

  const auto dropped = translate(created, {});

  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code(), Code::unsupported);
  EXPECT_EQ(text_of(translate(created, of_2021())), "a_created");
}

TEST(Translate, DropsASeriesWhoseNamesComeToNothing) {
  EXPECT_THAT(text_of(translate(series_of({.name = "..."}), {})),
              testing::HasSubstr("metric name \"...\""));
  EXPECT_THAT(text_of(translate(series_of({.name = "a"}, Role::value, {{"____", "b"}}), {})),
              testing::HasSubstr("series a: label name \"____\""));
}

TEST(Translate, LeavesEcsSeriesWithoutLabelsUnlessResourcesBecomeLabels) {
  const Series task = of_task();

  EXPECT_EQ(text_of(translate(task, {})), "ecs_task_memory_utilized_MiB");
  EXPECT_EQ(text_of(translate(task, of_2021())), "ecs_task_memory_utilized");
  const char* const labels =
      "{aws_ecs_cluster_name=\"main\", aws_ecs_container_exit_code=\"0\", "
      "aws_ecs_task_arn=\"arn:aws:ecs:x\"}";
  EXPECT_EQ(text_of(translate(task, {.resource_labels = {.enabled = true}})),
            std::string("ecs_task_memory_utilized_MiB") + labels);
  TranslateOptions then = of_2021();
  then.resource_labels.enabled = true;
  EXPECT_EQ(text_of(translate(task, then)), std::string("ecs_task_memory_utilized") + labels);
}

TEST(Translate, MakesLabelsOfResourceAttributes) {
  const Series series = scraped({.name = "up", .type = MetricType::gauge}, Role::value, {});

  EXPECT_EQ(text_of(translate(series, {.resource_labels = {.enabled = true}, .scope_info = false})),
            "up{instance=\"app:8000\", job=\"demo\", server_address=\"app\", server_port=\"8000\", "
            "service_instance_id=\"app:8000\", service_name=\"demo\", url_scheme=\"http\"}");
  EXPECT_EQ(text_of(translate(
                series, {.resource_labels = {.enabled = true, .exclude_service_attributes = true},
                         .scope_info = false})),
            "up{instance=\"app:8000\", job=\"demo\", server_address=\"app\", server_port=\"8000\", "
            "url_scheme=\"http\"}");
}

TEST(Translate, MakesLabelsOfTheAttributesThatAreListed) {
  const auto is = [](ResourceLabels labels, const char* wanted) {
    labels.enabled = true;
    EXPECT_EQ(text_of(translate(of_task(), {.resource_labels = std::move(labels)})),
              std::string("ecs_task_memory_utilized_MiB") + wanted);
  };

  is({.include = {"aws.ecs.task.arn", "nothing"}}, "{aws_ecs_task_arn=\"arn:aws:ecs:x\"}");
  is({.include = {"aws.ecs.*"}, .exclude = {"aws.ecs.task.*", "aws.ecs.container.exit_code"}},
     "{aws_ecs_cluster_name=\"main\"}");
  is({.exclude = {"*"}}, "");
}

TEST(Translate, HasNoScopeIn2023) {
  Series series = scraped({.name = "a", .type = MetricType::gauge}, Role::value,
                          {{"otel_scope_name", "lib"}, {"x..y", "z"}, {"_a", "b"}});

  EXPECT_EQ(text_of(translate(series, of_2023())),
            "a{instance=\"app:8000\", job=\"demo\", key_a=\"b\", otel_scope_name=\"lib\", "
            "x__y=\"z\"}");
  EXPECT_EQ(text_of(translate(series_of({.name = "b", .type = MetricType::counter}), of_2023())),
            "b_total");
}

TEST(Translate, LetsAResourceAttributeReplaceALabelOfTheSameName) {
  const Series series =
      series_of({.name = "a"}, Role::value, {{"region", "point"}}, {{"region", "resource"}});

  EXPECT_EQ(text_of(translate(series, {.resource_labels = {.enabled = true}})),
            "a{region=\"resource\"}");
  EXPECT_EQ(text_of(translate(series, {})), "a{region=\"point\"}");
}

TEST(Translate, TakesJobAndInstanceFromTheServiceOfTheResource) {
  const Series series = series_of(
      {.name = "a"}, Role::value, {{"job", "of the point"}},
      {{"service.name", "shop"}, {"service.namespace", "prod"}, {"service.instance.id", "7"}});

  EXPECT_EQ(text_of(translate(series, {})), "a{instance=\"7\", job=\"prod/shop\"}");
  EXPECT_EQ(text_of(translate(series, of_2021())), "a{job=\"of the point\"}");
}

TEST(Translate, TakesOnlyJobAndInstanceOfAResourceIn2021) {
  const Series series =
      series_of({.name = "a"}, Role::value, {}, {{"job", "j"}, {"instance", "i"}, {"port", "80"}});

  EXPECT_EQ(text_of(translate(series, of_2021())), "a{instance=\"i\", job=\"j\"}");
  EXPECT_EQ(text_of(translate(series, {})), "a");
}

TEST(Translate, JoinsLabelsWhoseNamesMeet) {
  const auto joins = [](Labels labels, const char* wanted) {
    EXPECT_EQ(text_of(translate(series_of({.name = "a"}, Role::value, std::move(labels)), {})),
              wanted);
  };

  joins({{"x.y", "1"}, {"x_y", "2"}}, "a{x_y=\"1;2\"}");
  joins({{"x.y", "1"}, {"x_y", "1"}}, "a{x_y=\"1\"}");
  joins({{"x.y", "1"}, {"x_y", ""}}, "a{x_y=\"1\"}");
}

TEST(Translate, LetsExternalLabelsReplaceNothing) {
  const Series series = series_of({.name = "a"}, Role::value, {{"region", "here"}});
  const std::vector<Label> external = {{"region", "there"}, {"my.env", "prod"}};

  EXPECT_EQ(text_of(translate(series, {.external_labels = external})),
            "a{my_env=\"prod\", region=\"here\"}");
  TranslateOptions then = of_2021();
  then.external_labels = external;
  EXPECT_EQ(text_of(translate(series, then)), "a{my_env=\"prod\", region=\"here\"}");
}

TEST(Translate, SortsLabelsByBytesWithoutPreferenceForTheName) {
  const Series series = series_of({.name = "a"}, Role::value, {{"ClusterName", "c"}, {"b", "d"}});

  const auto labels = translate(series, {});

  EXPECT_EQ(labels->begin()->name, "ClusterName");
}

TEST(TranslateTargetInfo, SaysWhatDoesNotIdentifyTheResource) {
  const Series up = scraped({.name = "up"}, Role::value, {});

  const auto labels = translate_target_info(*up.resource, {.external_labels = {{"env", "prod"}}});

  ASSERT_TRUE(labels);
  EXPECT_EQ(
      labels->to_string(),
      "target_info{env=\"prod\", instance=\"app:8000\", job=\"demo\", server_address=\"app\", "
      "server_port=\"8000\", url_scheme=\"http\"}");
}

TEST(TranslateTargetInfo, NeedsAnIdentityAndSomethingToSay) {
  const Resource nameless{.attributes = {{"a", "b"}}};
  const Resource bare{.attributes = {{"service.name", "shop"}}};

  EXPECT_FALSE(translate_target_info(nameless, {}));
  EXPECT_FALSE(translate_target_info(bare, {}));
}

TEST(TranslateTargetInfo, NeedsNoIdentityIn2023) {
  const Resource nameless{.attributes = {{"a..b", "c"}, {"_d", "e"}}};

  EXPECT_EQ(translate_target_info(nameless, of_2023())->to_string(),
            "target_info{a__b=\"c\", key_d=\"e\"}");
}

TEST(TranslateTargetInfo, KeepsRunsOfUnderscoresAndTakesTheNamespace) {
  const Resource resource{.attributes = {{"service.name", "shop"}, {"a..b", "c"}, {"_d", "e"}}};

  EXPECT_EQ(translate_target_info(resource, {.names = {.metric_namespace = "ns"}})->to_string(),
            "ns_target_info{_d=\"e\", a__b=\"c\", job=\"shop\"}");
  EXPECT_FALSE(translate_target_info(resource, of_2021()));
}

TEST(TranslateMetadata, GivesTheNormalisedNameAndUnit) {
  const auto is = [](MetricFamily family, MetricType type, const char* name, const char* unit) {
    const auto metadata = translate_metadata(family, {});
    ASSERT_TRUE(metadata);
    EXPECT_EQ(*metadata, (FamilyMetadata{type, name, family.help, unit}));
  };

  is({"requests", MetricType::counter, "", "How many."}, MetricType::counter, "requests_total", "");
  is({"rx", MetricType::sum, "By/s", ""}, MetricType::gauge, "rx_bytes_per_second",
     "bytes_per_second");
  is({"build", MetricType::info, "", ""}, MetricType::info, "build", "");
  is({"a", MetricType::unknown, "", ""}, MetricType::unknown, "a", "");
  EXPECT_FALSE(translate_metadata({.name = "."}, {}));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
