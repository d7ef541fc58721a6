#include "collector/service/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "collector/pipeline/fake_context.h"
#include "collector/service/fake_components.h"
#include "collector/service/program.h"
#include "config/yaml.h"
#include "net/run_task.h"

namespace tributary::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FakeServer final : public net::HttpServer {
 public:
  explicit FakeServer(int& running) : running_(running) { ++running_; }
  ~FakeServer() override { --running_; }
  std::uint16_t port() const override { return 8888; }
  net::Task<void> shutdown(Duration) override { co_return; }

 private:
  int& running_;
};

struct Fixture {
  fake::Journal journal;
  FakeContext context;
  Registry registry = fake::registry();
  int servers = 0;
  bool port_in_use = false;
  net::HttpServerOptions server_options;
  net::Handler handler;

  World world() {
    return {.loop = context.loop,
            .random = context.random,
            .make_http_client = net::make_fake_http_client_factory(context.http),
            .start_http_server = [this](net::HttpServerOptions options, net::Handler handle)
                -> Result<std::unique_ptr<net::HttpServer>> {
              if (port_in_use) return Error(Code::unavailable, "port in use");
              server_options = std::move(options);
              handler = std::move(handle);
              return std::unique_ptr<net::HttpServer>(std::make_unique<FakeServer>(servers));
            },
            .env = [](std::string_view) { return std::string(); },
            .version = "v1",
            .started = context.loop.clock().monotonic()};
  }

  Document read(std::string text) {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse(std::move(text), "c.yaml", diagnostics);
    Document document = read_document(node, registry, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    return document;
  }

  std::unique_ptr<Service> make(std::string text) {
    auto made = Service::make(read(std::move(text)), world(), Logger(context.sink));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }

  Result<void> start(Service& service) {
    return net::run_task(context.loop, service.start(std::stop_token()));
  }

  std::vector<std::string> take_events() { return std::exchange(journal.events, {}); }
};

BatchPtr batch_of(std::size_t size) {
  Series series;
  series.family = std::make_shared<const MetricFamily>(MetricFamily{.name = "a"});
  Batch batch;
  batch.shape = std::make_shared<const Shape>(std::vector<Series>(size, series));
  batch.values.resize(size);
  return std::make_shared<const Batch>(std::move(batch));
}

constexpr const char* kTwoPipelines =
    "receivers: {prometheus: {stop_time: 3s}, awsecscontainermetrics: {stop_time: 2s}}\n"
    "processors: {filter: }\n"
    "exporters: {debug: , prometheusremotewrite: {stop_time: 1s}, prometheusremotewrite/unused: }\n"
    "extensions: {health_check: , health_check/2: }\n"
    "service:\n"
    "  extensions: [health_check/2, health_check]\n"
    "  pipelines:\n"
    "    metrics: {receivers: [prometheus], exporters: [debug, prometheusremotewrite]}\n"
    "    metrics/ecs:\n"
    "      receivers: [awsecscontainermetrics, prometheus]\n"
    "      processors: [filter]\n"
    "      exporters: [prometheusremotewrite]\n";

TEST(Service, StartsAndStopsInOrder) {
  Fixture fixture;
  const auto service = fixture.make(kTwoPipelines);
  EXPECT_THAT(fixture.take_events(), ElementsAre("make filter"));
  EXPECT_FALSE(service->ready());

  ASSERT_TRUE(fixture.start(*service));

  EXPECT_TRUE(service->ready());
  EXPECT_THAT(fixture.take_events(),
              ElementsAre("start health_check/2", "start health_check", "start debug",
                          "start prometheusremotewrite", "start prometheus",
                          "start awsecscontainermetrics"));
  const Instant deadline = fixture.context.loop.clock().monotonic() + 25s;
  net::run_task(fixture.context.loop, service->stop(deadline));
  EXPECT_FALSE(service->ready());
  EXPECT_THAT(fixture.take_events(),
              ElementsAre("stop prometheus within 10s", "stop awsecscontainermetrics within 10s",
                          "stopped awsecscontainermetrics", "stopped prometheus",
                          "stop debug within 22s", "stopped debug",
                          "stop prometheusremotewrite within 22s", "stopped prometheusremotewrite",
                          "stop health_check within 21s", "stopped health_check",
                          "stop health_check/2 within 21s", "stopped health_check/2"));
}

TEST(Service, SharesReceiversAndExportersBetweenPipelines) {
  Fixture fixture;
  const auto service = fixture.make(kTwoPipelines);
  fixture.take_events();
  ASSERT_EQ(fixture.journal.consumers.size(), 2U);

  fixture.journal.consumers[0]->consume(batch_of(3));  // prometheus: both pipelines
  fixture.journal.consumers[1]->consume(batch_of(4));  // ecs: filtered

  EXPECT_THAT(fixture.take_events(),
              ElementsAre("debug got 3", "prometheusremotewrite got 3",
                          "prometheusremotewrite got 1", "prometheusremotewrite got 1"));
}

TEST(Service, BalancesTheSamplesOfEachExporter) {
  Fixture fixture;
  const auto service = fixture.make(kTwoPipelines);
  ASSERT_TRUE(fixture.start(*service));

  fixture.journal.consumers[0]->consume(batch_of(3000));  // prometheus: both pipelines
  fixture.journal.consumers[1]->consume(batch_of(4));     // ecs: filtered
  const std::string metrics = service->telemetry().render();
  net::run_task(fixture.context.loop, service->stop(fixture.context.loop.clock().monotonic()));

  EXPECT_EQ(fixture.context.logged("Balance of samples: scraped 6,004 = filtered(filter) "), 1u);
  EXPECT_EQ(fixture.context.logged("Balance of samples"), 1u);
  for (const char* line :
       {"tributary_ledger_difference{exporter=\"prometheusremotewrite\"} 0\n",
        "tributary_pipeline_samples_received{pipeline=\"metrics\"} 3000\n",
        "tributary_pipeline_samples_received{pipeline=\"metrics/ecs\"} 3004\n",
        "tributary_pipeline_samples_filtered{pipeline=\"metrics/ecs\",processor=\"filter\"} "}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  }
}

TEST(Service, SaysThatABalanceIsNotEven) {
  Fixture fixture;
  const auto service = fixture.make(
      "receivers: {prometheus: }\n"
      "exporters: {prometheusremotewrite: {endpoint: lose}}\n"
      "service: {pipelines: {metrics: {receivers: [prometheus], exporters: "
      "[prometheusremotewrite]}}}\n");
  ASSERT_TRUE(fixture.start(*service));

  fixture.journal.consumers[0]->consume(batch_of(3));
  net::run_task(fixture.context.loop, service->stop(fixture.context.loop.clock().monotonic()));

  EXPECT_EQ(fixture.context.logged("Balance of samples is not even, by 1: scraped 3 = sent 2"), 1u);
  EXPECT_NE(service->telemetry().render().find(
                "tributary_ledger_difference{exporter=\"prometheusremotewrite\"} 1\n"),
            std::string::npos);
}

TEST(Service, FindsTheExtensionsThatItRuns) {
  Fixture fixture;
  const auto service = fixture.make(kTwoPipelines);

  EXPECT_NE(service->find_extension({"health_check", ""}), nullptr);
  EXPECT_NE(service->find_extension({"health_check", "2"}), nullptr);
  EXPECT_EQ(service->find_extension({"sigv4auth", ""}), nullptr);
}

std::string one_pipeline(const std::string& exporter, const std::string& telemetry = "{}") {
  return "receivers: {prometheus: }\nexporters: {debug: " + exporter +
         "}\nservice:\n  telemetry: " + telemetry +
         "\n  pipelines: {metrics: {receivers: [prometheus], exporters: [debug]}}\n";
}

TEST(Service, SaysWhichComponentCannotBeMadeOrStarted) {
  Fixture fixture;
  const Document unmakable = fixture.read(one_pipeline("{fail: make}"));

  const auto made = Service::make(unmakable, fixture.world(), Logger());
  const auto started = fixture.start(*fixture.make(one_pipeline("{fail: start}")));

  EXPECT_EQ(made.error().message(), "cannot make the exporter \"debug\": no making");
  EXPECT_EQ(started.error().message(), "cannot start \"debug\": no start");
}

TEST(Service, ShowsOwnMetrics) {
  Fixture fixture;
  const auto service = fixture.make(one_pipeline("{}"));
  ASSERT_TRUE(fixture.start(*service));
  const auto get = [&fixture](std::string method, std::string target) {
    net::ServerRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    return net::run_task(fixture.context.loop, fixture.handler(std::move(request)));
  };

  const net::Response metrics = get("GET", "/metrics");

  EXPECT_EQ(fixture.server_options.address, "localhost");
  EXPECT_EQ(fixture.server_options.port, 8888);
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("otelcol_process_memory_rss"), std::string::npos);
  EXPECT_EQ(get("GET", "/").status, 404);
  EXPECT_EQ(get("POST", "/metrics").status, 405);
}

TEST(Service, GoesOnWithoutOwnMetricsUnlessTheAddressWasAskedFor) {
  Fixture fixture;
  fixture.port_in_use = true;

  const auto by_default = fixture.start(*fixture.make(one_pipeline("{}")));
  const auto asked_for =
      fixture.start(*fixture.make(one_pipeline("{}", "{metrics: {address: 'localhost:9'}}")));
  const auto switched_off =
      fixture.start(*fixture.make(one_pipeline("{}", "{metrics: {level: none}}")));

  EXPECT_TRUE(by_default);
  EXPECT_EQ(fixture.context.logged("cannot show own metrics on localhost:8888: port in use"), 1U);
  EXPECT_EQ(asked_for.error().message(), "cannot show own metrics on localhost:9: port in use");
  EXPECT_TRUE(switched_off);
}

// A program whose next configuration is `next`; empty: a wrong one.
struct Running : Fixture {
  std::string next;
  Program program;

  explicit Running(const std::string& text)
      : program(
            world(), [this](const LogsConfig&) { return Logger(context.sink); },
            [this](config::Diagnostics& diagnostics) -> std::optional<Document> {
              if (!next.empty()) return read(next);
              diagnostics.error({}, "wrong");
              return {};
            }) {
    program.start(read(text), {});
    context.loop.run_posted();
  }
  void signal(int number) {
    context.loop.raise_signal(number);
    context.loop.run_posted();
  }
};

TEST(Program, StopsCleanlyAtASignal) {
  Running running(one_pipeline("{stop_time: 5s}"));
  ASSERT_TRUE(running.program.service()->ready());

  running.signal(SIGTERM);
  running.context.loop.advance(4s);
  const bool done_early = running.program.outcome().has_value();
  running.context.loop.advance(2s);

  EXPECT_FALSE(done_early);
  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_EQ(running.program.outcome()->exit_code, 0);
  EXPECT_TRUE(running.program.outcome()->clean);
  EXPECT_EQ(running.servers, 0);
}

TEST(Program, GivesUpOnAComponentThatHangs) {
  Running running(one_pipeline("{stop_time: 1h}"));

  running.signal(SIGTERM);
  running.context.loop.advance(28s);

  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_EQ(running.program.outcome()->exit_code, 1);
  EXPECT_FALSE(running.program.outcome()->clean);
  running.context.loop.advance(2h);  // lets the component end, so that nothing is left behind
}

TEST(Program, EndsAtOnceAtTheSecondSignal) {
  Running running(one_pipeline("{stop_time: 10s}"));

  running.signal(SIGINT);
  running.context.loop.advance(1s);
  running.signal(SIGINT);

  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_FALSE(running.program.outcome()->clean);
  running.context.loop.advance(11s);
}

TEST(Program, TakesTwoSignalsAtATimeForOne) {
  Running running(one_pipeline("{stop_time: 5s}"));

  running.signal(SIGTERM);
  running.signal(SIGTERM);

  EXPECT_FALSE(running.program.outcome().has_value());
  running.context.loop.advance(6s);
  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_TRUE(running.program.outcome()->clean);
}

TEST(Program, ReplacesTheServiceAtSighup) {
  Running running(one_pipeline("{}"));
  running.next = one_pipeline("{interval: 7s}");
  running.take_events();

  running.signal(SIGHUP);

  EXPECT_THAT(running.take_events(), ElementsAre("stop prometheus within 10s", "stopped prometheus",
                                                 "stop debug within 25s", "stopped debug",
                                                 "start debug", "start prometheus"));
  EXPECT_TRUE(running.program.service()->ready());
  EXPECT_EQ(running.servers, 1);
  running.signal(SIGTERM);
  EXPECT_EQ(running.program.outcome()->exit_code, 0);
}

TEST(Program, KeepsTheOldServiceWhereTheNewConfigurationIsWrong) {
  Running running(one_pipeline("{}"));
  running.take_events();

  running.signal(SIGHUP);

  EXPECT_THAT(running.take_events(), IsEmpty());
  EXPECT_EQ(running.context.logged("error: wrong"), 1U);
  EXPECT_TRUE(running.program.service()->ready());
  running.signal(SIGTERM);
}

TEST(Program, GoesBackWhereTheNewConfigurationDoesNotStart) {
  Running running(one_pipeline("{}"));
  running.next = one_pipeline("{fail: start}");

  running.signal(SIGHUP);

  EXPECT_TRUE(running.program.service()->ready());
  EXPECT_EQ(running.context.logged("does not start; going back"), 1U);
  running.signal(SIGTERM);
  EXPECT_EQ(running.program.outcome()->exit_code, 0);
}

TEST(Program, StopsDuringAReload) {
  Running running(one_pipeline("{stop_time: 5s}"));
  running.next = one_pipeline("{}");

  running.signal(SIGHUP);
  running.signal(SIGTERM);
  running.take_events();
  running.context.loop.advance(6s);

  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_EQ(running.program.outcome()->exit_code, 0);
  EXPECT_THAT(running.take_events(), ElementsAre("stopped debug"));
}

constexpr const char* kSlowProcessor =
    "receivers: {prometheus: }\n"
    "processors: {filter: {prepare_time: 3s}}\n"
    "exporters: {debug: }\n"
    "service: {pipelines: {metrics: {receivers: [prometheus], processors: [filter], exporters: "
    "[debug]}}}\n";

TEST(Program, StartsReceiversOnceProcessorsArePrepared) {
  Running running(kSlowProcessor);

  const bool ready_at_once = running.program.service()->ready();
  const auto at_once = running.take_events();
  running.context.loop.advance(4s);

  EXPECT_FALSE(ready_at_once);
  EXPECT_THAT(at_once, ElementsAre("make filter", "start debug"));
  EXPECT_THAT(running.take_events(), ElementsAre("prepared filter", "start prometheus"));
  EXPECT_TRUE(running.program.service()->ready());

  running.signal(SIGTERM);
  EXPECT_TRUE(running.program.outcome().has_value());
}

TEST(Program, StopsWhileProcessorsArePrepared) {
  Running running(kSlowProcessor);

  running.context.loop.advance(1s);
  running.signal(SIGTERM);

  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_EQ(running.program.outcome()->exit_code, 0);
  EXPECT_THAT(running.take_events(), ElementsAre("make filter", "start debug", "gave up preparing",
                                                 testing::_, testing::_, testing::_, testing::_));
}

TEST(Program, EndsWithOneWhereItCannotStart) {
  Running running(one_pipeline("{fail: start}"));

  ASSERT_TRUE(running.program.outcome().has_value());
  EXPECT_EQ(running.program.outcome()->exit_code, 1);
  EXPECT_TRUE(running.program.outcome()->clean);
}

}  // namespace
}  // namespace tributary::collector
