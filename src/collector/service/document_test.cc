#include "collector/service/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/service/fake_components.h"
#include "config/yaml.h"

namespace tributary::collector {
namespace {

using testing::ElementsAre;

struct Read {
  Document document;
  std::string messages;
};

Read read(std::string text) {
  config::Diagnostics diagnostics;
  const config::Node node = config::parse(std::move(text), "c.yaml", diagnostics);
  Read read;
  if (!diagnostics.has_errors()) read.document = read_document(node, fake::registry(), diagnostics);
  read.messages = diagnostics.render();
  return read;
}

constexpr const char* kGood =
    "receivers:\n"
    "  prometheus:\n"
    "  awsecscontainermetrics: {interval: 10s}\n"
    "processors: {filter: , filter/2: {}}\n"
    "exporters:\n"
    "  debug: {password: hunter2}\n"
    "  prometheus_remote_write: {endpoint: http://x}\n"
    "extensions: {health_check: }\n"
    "service:\n"
    "  extensions: [health_check]\n"
    "  telemetry: {logs: {level: debug, encoding: json}, metrics: {address: ':9'}}\n"
    "  pipelines:\n"
    "    metrics: {receivers: [prometheus], exporters: 'debug,prometheus_remote_write'}\n"
    "    metrics/ecs:\n"
    "      receivers: [prometheus, awsecscontainermetrics]\n"
    "      processors: [filter/2, filter]\n"
    "      exporters: [prometheus_remote_write]\n";

TEST(Document, ReadsComponentsAndPipelines) {
  const Read good = read(kGood);

  EXPECT_EQ(good.messages, "");
  ASSERT_EQ(good.document.pipelines.size(), 2U);
  const PipelineConfig& ecs = good.document.pipelines[1];
  EXPECT_EQ(ecs.id.to_string(), "metrics/ecs");
  EXPECT_THAT(ecs.processors, ElementsAre(ComponentId{"filter", "2"}, ComponentId{"filter", ""}));
  EXPECT_EQ(good.document.pipelines[0].exporters.size(), 2U);
  EXPECT_EQ(good.document.telemetry.logs.level, LogLevel::debug);
  EXPECT_EQ(good.document.telemetry.metrics.listen_address(), ":9");
}

TEST(Document, PrintsEverySettingWithSecretsMasked) {
  const std::string printed = to_yaml(print(read(kGood).document));

  EXPECT_NE(printed.find("  awsecscontainermetrics:\n    interval: 10s\n"), std::string::npos)
      << printed;
  EXPECT_NE(printed.find("password: <masked>"), std::string::npos);
  EXPECT_EQ(printed.find("hunter2"), std::string::npos);
  EXPECT_EQ(read(printed).messages, "") << printed;
}

TEST(Document, NamesAllMistakesAtOnce) {
  EXPECT_EQ(
      read("receivers:\n"
           "  promethus: {}\n"
           "  prometheus: {intervall: 5s}\n"
           "exporters:\n"
           "  debug: {interval: soon}\n"
           "servic: {}\n"
           "service:\n"
           "  pipelines:\n"
           "    metrics: {receivers: [prometheus], processors: [fliter], exporters: [debg]}\n"
           "    traces: {receivers: [prometheus], exporters: [debug]}\n"
           "    metrics/x: {receivers: [], exporters: []}\n")
          .messages,
      "c.yaml:2:3: error: receivers: unknown receiver type \"promethus\"; did you mean "
      "\"prometheus\"? (there are awsecscontainermetrics, prometheus)\n"
      "    promethus: {}\n"
      "    ^\n"
      "c.yaml:3:16: error: receivers::prometheus: unknown key \"intervall\"; did you mean "
      "\"interval\"?\n"
      "    prometheus: {intervall: 5s}\n"
      "                 ^\n"
      "c.yaml:5:21: error: exporters::debug::interval: must be a duration such as 15s, 1m30s "
      "or 500ms, got \"soon\"\n"
      "    debug: {interval: soon}\n"
      "                      ^\n"
      "c.yaml:6:1: error: unknown key \"servic\"; did you mean \"service\"?\n"
      "  servic: {}\n"
      "  ^\n"
      "c.yaml:9:53: error: service::pipelines::metrics: references processor \"fliter\" which "
      "is not configured\n"
      "      metrics: {receivers: [prometheus], processors: [fliter], exporters: [debg]}\n"
      "                                                      ^\n"
      "c.yaml:9:74: error: service::pipelines::metrics: references exporter \"debg\" which is "
      "not configured; did you mean \"debug\"?\n"
      "      metrics: {receivers: [prometheus], processors: [fliter], exporters: [debg]}\n"
      "                                                                           ^\n"
      "c.yaml:10:5: error: service::pipelines::traces: this program carries metrics only; "
      "remove the pipeline, or run it in another collector\n"
      "      traces: {receivers: [prometheus], exporters: [debug]}\n"
      "      ^\n"
      "c.yaml:11:5: error: service::pipelines::metrics/x: must have at least one receiver\n"
      "      metrics/x: {receivers: [], exporters: []}\n"
      "      ^\n"
      "c.yaml:11:5: error: service::pipelines::metrics/x: must have at least one exporter\n"
      "      metrics/x: {receivers: [], exporters: []}\n"
      "      ^\n");
}

// One mistake each: the exact first line.
TEST(Document, NamesTheUsualMistakes) {
  const std::string pipelines =
      "service: {pipelines: {metrics: {receivers: [prometheus], exporters: [debug]}}}\n";
  const auto first_line = [](std::string text) {
    const std::string messages = read(std::move(text)).messages;
    return messages.substr(0, messages.find('\n'));
  };

  EXPECT_EQ(first_line("receivers: {prometheus: }\nexporters: {debug: }\n"),
            "c.yaml:1:1: error: missing key \"service\": which of the components run");
  EXPECT_EQ(first_line("receivers: {prometheus: }\n" + pipelines),
            "c.yaml:2:70: error: service::pipelines::metrics: references exporter \"debug\" which "
            "is not configured");
  EXPECT_EQ(first_line("receivers:\n\tprometheus:\n" + pipelines),
            "c.yaml:2:1: error: a tab cannot indent YAML; use spaces");
  EXPECT_EQ(first_line("receivers: *all\n" + pipelines),
            "c.yaml:1:12: error: the alias \"*all\" has no anchor \"&all\" before it");
  EXPECT_EQ(first_line("receivers: {}\nreceivers: {}\n" + pipelines),
            "c.yaml:2:1: error: the key \"receivers\" stands here a second time; the first is at "
            "line 1");
  EXPECT_EQ(first_line("receivers: [prometheus]\n"),
            "c.yaml:1:1: error: missing key \"service\": which of the components run");
  EXPECT_EQ(first_line("exporters: {kafka: }\n" + pipelines),
            "c.yaml:1:13: error: exporters: unknown exporter type \"kafka\"; there are debug, "
            "logging, prometheus_remote_write, prometheusremotewrite");
  EXPECT_EQ(first_line("exporters: {debug/: }\n" + pipelines),
            "c.yaml:1:13: error: exporters: component id \"debug/\": the name after \"/\" must not "
            "be empty");
  EXPECT_EQ(first_line("exporters: {debug: }\nservice: {pipelines: {}}\n"),
            "c.yaml:2:22: error: service::pipelines: there must be at least one pipeline");
  EXPECT_EQ(first_line("just text\n"), "c.yaml:1:1: error: must be a mapping, got \"just text\"");
  EXPECT_EQ(
      first_line("connectors: {forward: }\nreceivers: {prometheus: }\nexporters: {debug: }\n" +
                 pipelines),
      "c.yaml:1:13: error: connectors are not supported");
}

TEST(Document, RefusesAProcessorTwiceInOnePipeline) {
  const Read twice = read(
      "receivers: {prometheus: }\nprocessors: {filter: }\nexporters: {debug: }\n"
      "service:\n"
      "  pipelines:\n"
      "    metrics:\n"
      "      receivers: [prometheus]\n"
      "      processors: [filter, filter]\n"
      "      exporters: [debug]\n");

  EXPECT_EQ(twice.messages,
            "c.yaml:8:28: error: service::pipelines::metrics: references processor \"filter\" "
            "multiple times\n"
            "        processors: [filter, filter]\n"
            "                             ^\n");
}

TEST(Document, WarnsOfWhatIsNotUsedAndOfOldNames) {
  const Read unused = read(
      "receivers: {prometheus: , prometheus/2: }\n"
      "processors: {filter: }\n"
      "exporters: {logging: }\n"
      "extensions: {health_check: }\n"
      "service: {pipelines: {metrics: {receivers: [prometheus], exporters: [logging]}}}\n");

  EXPECT_EQ(
      unused.messages,
      "c.yaml:1:27: warning: receivers: \"prometheus/2\" is not in any pipeline, so it is not "
      "started\n"
      "  receivers: {prometheus: , prometheus/2: }\n"
      "                            ^\n"
      "c.yaml:2:14: warning: processors: \"filter\" is not in any pipeline, so it is not "
      "started\n"
      "  processors: {filter: }\n"
      "               ^\n"
      "c.yaml:3:13: warning: exporters: \"logging\" is deprecated: it is called debug today\n"
      "  exporters: {logging: }\n"
      "              ^\n"
      "c.yaml:4:14: warning: extensions: \"health_check\" is not in service::extensions, so "
      "it is not started\n"
      "  extensions: {health_check: }\n"
      "               ^\n");
}

TEST(Document, TakesEveryTelemetryKeyOfAdot) {
  const Read full = read(
      "receivers: {prometheus: }\n"
      "exporters: {debug: }\n"
      "service:\n"
      "  telemetry:\n"
      "    logs: {level: WARN, development: false, encoding: json, sampling: {enabled: true},\n"
      "      output_paths: [stdout], error_output_paths: [stderr], disable_caller: false,\n"
      "      disable_stacktrace: false, initial_fields: {a: b}, processors: [],\n"
      "      disable_zap_resource: false}\n"
      "    metrics:\n"
      "      level: detailed\n"
      "      readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8889,\n"
      "        without_units: true}}}}]\n"
      "      views: []\n"
      "    traces: {level: none}\n"
      "    resource: {service.name: x}\n"
      "  pipelines: {metrics: {receivers: [prometheus], exporters: [debug]}}\n");

  EXPECT_EQ(full.messages.find(": error: "), std::string::npos) << full.messages;
  EXPECT_EQ(full.document.telemetry.metrics.listen_address(), "0.0.0.0:8889");
  EXPECT_TRUE(full.document.telemetry.metrics.is_explicit());
  EXPECT_TRUE(full.document.telemetry.logs.to_stdout());
}

TEST(Document, ShowsOwnMetricsOnLocalhostUnlessToldOtherwise) {
  MetricsConfig metrics;

  EXPECT_EQ(metrics.listen_address(), "localhost:8888");
  EXPECT_FALSE(metrics.is_explicit());
  metrics.readers.emplace();
  EXPECT_EQ(metrics.listen_address(), std::nullopt);
  metrics = {};
  metrics.level = MetricsLevel::none;
  EXPECT_EQ(metrics.listen_address(), std::nullopt);
}

}  // namespace
}  // namespace tributary::collector
