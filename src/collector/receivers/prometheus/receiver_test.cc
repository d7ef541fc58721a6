#include "collector/receivers/prometheus/receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "collector/pipeline/fake_context.h"
#include "net/content_encoding.h"
#include "net/run_task.h"

namespace tributary::collector::prometheus {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

// A receiver on a fake loop; its targets answer with `page`.
struct Running {
  explicit Running(std::string yaml) : settings(std::move(yaml)) {
    world.http->answer = [this](const net::Request& request) { return answer(request); };
    EXPECT_TRUE(settings.good()) << settings.messages();
    auto made = Receiver::make(world.make({"prometheus", ""}), settings.value, consumer);
    EXPECT_TRUE(made) << (made ? "" : made.error().message());
    receiver = std::move(*made);
  }
  ~Running() { stop(0s); }

  void start() {
    const auto started = receiver->start(host);
    EXPECT_TRUE(started) << (started ? "" : started.error().message());
    world.loop.run_posted();
  }
  void stop(Duration within = 10s) {
    if (!receiver) return;
    net::run_task(world.loop, receiver->stop(world.loop.clock().monotonic() + within));
    receiver.reset();
  }

  Result<net::Response> answer(const net::Request&) {
    if (!reachable) return Error(Code::unavailable, "connection refused");
    return net::Response{.status = status, .headers = headers, .body = page};
  }

  // Since the last call: timestamps (ms since the start) and values of a series, by its name.
  std::vector<std::string> seen(std::string_view name) {
    std::vector<std::string> lines;
    for (const BatchPtr& batch : consumer.batches) {
      const std::vector<Series> series = batch->shape->unpack();
      for (std::size_t i = 0; i < batch->size(); ++i) {
        if (series[i].name() != name) continue;
        const double value = batch->values[i];
        lines.push_back(std::to_string(batch->timestamp_ms - start_ms) + ":" +
                        (is_stale_marker(value) ? "stale" : std::to_string(std::lround(value))));
      }
    }
    consumer.batches.clear();
    return lines;
  }
  std::vector<std::int64_t> times() {
    std::vector<std::int64_t> all;
    for (const BatchPtr& batch : consumer.batches) all.push_back(batch->timestamp_ms - start_ms);
    return all;
  }

  FakeContext world;
  FakeConsumer consumer;
  FakeHost host;
  FakeSettings<Config> settings;
  std::unique_ptr<Receiver> receiver;
  std::int64_t start_ms = to_ms(world.loop.clock().now());

  std::string page = "a 1\n";
  int status = 200;
  net::Headers headers{{"Content-Type", "text/plain; version=0.0.4"}};
  bool reachable = true;
};

std::string one_target(std::string_view settings = "") {
  return "config: {scrape_configs: [{job_name: j, scrape_interval: 15s, static_configs: "
         "[{targets: ['0.0.0.0:8000']}]" +
         std::string(settings) + "}]}";
}

TEST(Receiver, ScrapesASingleTargetAtOnceAndThenByItsTicks) {
  Running receiver(one_target());

  receiver.start();
  EXPECT_THAT(receiver.times(), ElementsAre(0));
  receiver.world.loop.advance(120s);

  const auto times = receiver.times();
  ASSERT_GE(times.size(), 8U);
  EXPECT_THAT(times[1], testing::AllOf(Ge(7'500), Le(22'500)));
  for (std::size_t i = 2; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], 15'000);
}

TEST(Receiver, StaysOnTheSameTicksAfterARestart) {
  const auto second_scrape = [](Duration later) {
    Running receiver(one_target());
    receiver.world.loop.advance(later);
    receiver.start();
    receiver.world.loop.advance(30s);
    return receiver.times().at(1) % 15'000;
  };

  EXPECT_EQ(second_scrape(0s), second_scrape(4321ms));
  EXPECT_EQ(second_scrape(0s), second_scrape(99s));
}

TEST(Receiver, SpreadsTheFirstScrapesOfManyTargetsOverASecond) {
  Running receiver(
      "config: {scrape_configs: [{job_name: j, scrape_interval: 15s, static_configs: "
      "[{targets: ['a:1', 'a:2', 'a:3', 'a:4', 'a:5', 'a:6', 'a:7', 'a:8']}]}]}");

  receiver.start();
  receiver.world.loop.advance(1s);

  EXPECT_THAT(receiver.times(), SizeIs(8));
  EXPECT_GT(receiver.times().back(), receiver.times().front());
}

TEST(Receiver, SendsWhatPrometheusSends) {
  Running receiver(
      one_target(", params: {x: [y]}, basic_auth: {username: u, password: p}, "
                 "http_headers: {X-Own: {values: [z]}}"));

  receiver.start();

  const net::Request& request = receiver.world.http->requests.at(0);
  EXPECT_EQ(request.url.to_string(), "http://0.0.0.0:8000/metrics?x=y");
  EXPECT_THAT(std::string(*request.headers.get("Accept")),
              HasSubstr("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6"));
  EXPECT_EQ(request.headers.get("Accept-Encoding"), "identity");
  EXPECT_EQ(request.headers.get("X-Prometheus-Scrape-Timeout-Seconds"), "10");
  EXPECT_EQ(request.headers.get("User-Agent"), "tributary-collector/v1");
  EXPECT_EQ(request.headers.get("Authorization"), "Basic dTpw");
  EXPECT_EQ(request.headers.get("X-Own"), "z");
  EXPECT_EQ(request.timeout, Duration(10s));
  EXPECT_TRUE(request.follow_redirects);
}

TEST(Receiver, KeepsTheTargetAsTheInstance) {
  Running receiver(one_target());

  receiver.start();

  EXPECT_EQ(receiver.consumer.batches.at(0)->shape->unpack()[0].labels.to_string(),
            R"({instance="0.0.0.0:8000", job="j"})");
}

TEST(Receiver, WritesUpZeroAndMarkersWhereTheTargetIsAway) {
  Running receiver(one_target());
  receiver.start();
  receiver.world.loop.advance(20s);
  receiver.consumer.batches.clear();

  receiver.reachable = false;
  receiver.world.loop.advance(15s);
  ASSERT_THAT(receiver.consumer.batches, SizeIs(2));
  EXPECT_EQ(receiver.consumer.batches[0]->values[0], 0);  // up
  EXPECT_TRUE(is_stale_marker(receiver.consumer.batches[1]->values[0]));
  receiver.consumer.batches.clear();

  receiver.world.loop.advance(15s);
  EXPECT_THAT(receiver.seen("a"), IsEmpty());
  EXPECT_EQ(receiver.world.logged("Failed to scrape Prometheus endpoint"), 1U);
  EXPECT_EQ(receiver.world.logged("connection refused"), 1U);

  receiver.reachable = true;
  receiver.world.loop.advance(15s);
  EXPECT_THAT(receiver.seen("a"), SizeIs(1));
  EXPECT_EQ(receiver.world.logged("Scraping the target again"), 1U);
}

TEST(Receiver, TakesOnlyStatus200) {
  for (const int status : {201, 204, 301, 404, 500}) {
    Running receiver(one_target());
    receiver.status = status;

    receiver.start();

    EXPECT_THAT(receiver.seen("up"), ElementsAre("0:0")) << status;
  }
}

TEST(Receiver, GivesUpAtTheTimeout) {
  Running receiver(one_target(", scrape_timeout: 3s"));
  receiver.world.http->delay = net::FakeHttp::kNever;

  receiver.start();
  receiver.world.loop.advance(2999ms);
  EXPECT_THAT(receiver.consumer.batches, IsEmpty());
  receiver.world.loop.advance(1ms);

  ASSERT_THAT(receiver.consumer.batches, SizeIs(1));
  EXPECT_THAT(receiver.consumer.batches[0]->values, ElementsAre(0, 3, 0, 0, 0));
  EXPECT_EQ(receiver.consumer.batches[0]->timestamp_ms, receiver.start_ms);
}

TEST(Receiver, UnpacksGzip) {
  Running receiver(one_target());
  receiver.page = net::gzip("a 42\n");
  receiver.headers.set("Content-Encoding", "gzip");

  receiver.start();

  EXPECT_THAT(receiver.seen("a"), ElementsAre("0:42"));
}

TEST(Receiver, AsksForNoCompressionWhereItIsOff) {
  Running receiver(one_target(", enable_compression: false"));

  receiver.start();

  EXPECT_EQ(receiver.world.http->requests.at(0).headers.get("Accept-Encoding"), "identity");
}

TEST(Receiver, AsksOtherMachinesForCompression) {
  const auto asks = [](const std::string& address, const std::string& settings) {
    Running receiver("config: {scrape_configs: [{job_name: j, " + settings +
                     "static_configs: [{targets: ['" + address + "']}]}]}");
    receiver.start();
    return std::string(*receiver.world.http->requests.at(0).headers.get("Accept-Encoding"));
  };

  EXPECT_EQ(asks("10.0.0.1:80", ""), "gzip");
  EXPECT_EQ(asks("10.0.0.1:80", "enable_compression: false, "), "identity");
  for (const char* const here : {"127.0.0.1:80", "localhost:80", "[::1]:80"}) {
    EXPECT_EQ(asks(here, ""), "identity") << here;
    EXPECT_EQ(asks(here, "enable_compression: true, "), "gzip") << here;
  }
}

TEST(Receiver, PublishesNothingOfAPageThatComesHalf) {
  Running receiver(one_target());
  receiver.start();
  receiver.consumer.batches.clear();
  receiver.page = net::gzip("a 1\nb 2\nc 3\n");
  receiver.page.resize(receiver.page.size() - 9);
  receiver.headers.set("Content-Encoding", "gzip");

  receiver.world.loop.advance(20s);

  EXPECT_THAT(receiver.seen("b"), IsEmpty());
  EXPECT_EQ(receiver.world.logged("Failed to scrape Prometheus endpoint"), 1U);
}

TEST(Receiver, ReadsUnknownContentAsText) {
  for (const std::string_view type : {"", "application/octet-stream", "text/plain"}) {
    Running receiver(one_target());
    receiver.headers = {};
    if (!type.empty()) receiver.headers.set("Content-Type", type);

    receiver.start();

    EXPECT_THAT(receiver.seen("a"), ElementsAre("0:1")) << type;
  }
}

TEST(Receiver, ReadsOpenMetrics) {
  Running receiver(one_target());
  receiver.headers.set("Content-Type", "application/openmetrics-text; version=1.0.0");
  receiver.page = "# TYPE a counter\na_total 3\n# EOF\n";

  receiver.start();

  EXPECT_THAT(receiver.seen("a_total"), ElementsAre("0:3"));
}

TEST(Receiver, FailsAScrapeWhosePageReachesTheLimit) {
  const auto up = [](std::string page, bool gzip) {
    Running receiver(one_target(", body_size_limit: 10B, extra_scrape_metrics: true"));
    receiver.page = gzip ? net::gzip(page) : page;
    if (gzip) receiver.headers.set("Content-Encoding", "gzip");
    receiver.start();
    const auto values = receiver.consumer.batches.at(0)->values;
    return std::pair(values.at(values.size() - 8), values.back());  // up, body size
  };

  EXPECT_EQ(up("a 1234567", false), std::pair(1.0, 9.0));
  EXPECT_EQ(up("a 12345678", false), std::pair(0.0, -1.0));
  EXPECT_EQ(up("a 1234567", true), std::pair(1.0, 9.0));
  EXPECT_EQ(up("a 12345678", true), std::pair(0.0, -1.0));
  EXPECT_EQ(up(std::string(100'000, 'a'), false), std::pair(0.0, -1.0));
}

TEST(Receiver, FailsAllTargetsOfAJobWithTooMany) {
  Running receiver(
      "config: {scrape_configs: [{job_name: j, target_limit: 1, static_configs: "
      "[{targets: ['a:1', 'a:2']}]}]}");

  receiver.start();
  receiver.world.loop.advance(1s);

  EXPECT_THAT(receiver.world.http->requests, IsEmpty());
  EXPECT_THAT(receiver.seen("up"), SizeIs(2));
  EXPECT_EQ(receiver.world.logged("target_limit exceeded"), 2U);
}

TEST(Receiver, ScrapesOnceMoreWhenItStops) {
  Running receiver(one_target());
  receiver.start();
  receiver.world.loop.advance(2s);
  receiver.page = "a 9\n";

  receiver.stop();

  EXPECT_THAT(receiver.seen("a"), ElementsAre("0:1", "2000:9"));
}

TEST(Receiver, WritesNoMarkersWhenItStops) {
  Running receiver(one_target());
  receiver.start();
  receiver.world.loop.advance(2s);
  receiver.reachable = false;

  receiver.stop();

  EXPECT_THAT(receiver.seen("up"), ElementsAre("0:1"));
}

TEST(Receiver, CanLeaveTheLastScrapeOut) {
  Running receiver("scrape_on_shutdown: false\n" + one_target());
  receiver.start();
  receiver.world.loop.advance(2s);

  receiver.stop();

  EXPECT_THAT(receiver.seen("up"), ElementsAre("0:1"));
}

TEST(Receiver, StopsInTimeThoughTheTargetHangs) {
  Running receiver(one_target());
  receiver.start();
  receiver.world.http->delay = net::FakeHttp::kNever;
  receiver.world.loop.advance(25s);  // a scrape is on its way
  const Instant before = receiver.world.loop.clock().monotonic();

  receiver.stop(6s);

  EXPECT_LE(receiver.world.loop.clock().monotonic() - before, Duration(6s));
  EXPECT_EQ(receiver.world.http->in_flight, 0U);
  EXPECT_EQ(receiver.world.loop.timers(), 0U);
}

TEST(Receiver, StopsWithoutAStart) {
  Running receiver(one_target());

  receiver.stop();

  EXPECT_THAT(receiver.world.http->requests, IsEmpty());
}

TEST(Receiver, CountsWhatItPushes) {
  Running receiver(one_target());

  receiver.start();

  EXPECT_THAT(
      receiver.world.telemetry.render(),
      HasSubstr(
          R"(otelcol_receiver_accepted_metric_points{receiver="prometheus",transport="http"} 6)"));
}

// A job whose only targets stand in a file.
struct FileTargets : Running {
  FileTargets()
      : Running(
            "config: {scrape_configs: [{job_name: j, scrape_interval: 10s, "
            "scrape_timeout: 1s, file_sd_configs: [{files: ['" +
            path() + "'], refresh_interval: 1s}]}]}") {}
  ~FileTargets() { std::filesystem::remove(path()); }

  static std::string path() { return testing::TempDir() + "/receiver_targets.yml"; }
  void write(const std::string& text) {
    std::ofstream(path()) << text;
    std::filesystem::last_write_time(
        path(), std::filesystem::file_time_type() + std::chrono::seconds(++writings));
  }
  int writings = 0;
};

TEST(Receiver, EndsTheSeriesOfATargetThatIsGoneAfterTwoIntervals) {
  FileTargets receiver;
  receiver.write("- targets: ['a:1']\n");
  receiver.start();
  receiver.world.loop.advance(25s);
  const auto scraped = receiver.times();
  receiver.consumer.batches.clear();

  receiver.write("[]\n");
  receiver.world.loop.advance(9s);
  EXPECT_THAT(receiver.seen("a"), IsEmpty());
  receiver.world.loop.advance(30s);

  EXPECT_THAT(receiver.seen("a"), ElementsAre(std::to_string(scraped.back() + 10'000) + ":stale"));
  EXPECT_EQ(receiver.world.loop.timers(), 1U);  // the files are watched
}

TEST(Receiver, LeavesTheSeriesOfATargetThatComesBack) {
  FileTargets receiver;
  receiver.write("- targets: ['a:1']\n");
  receiver.start();
  receiver.world.loop.advance(25s);
  receiver.write("[]\n");
  receiver.world.loop.advance(5s);
  receiver.write("- targets: ['a:1']\n");
  receiver.consumer.batches.clear();
  receiver.world.loop.advance(60s);

  EXPECT_THAT(receiver.seen("a"), Each(testing::EndsWith(":1")));
}

TEST(Receiver, KeepsItsTargetsWhileTheirFileIsBroken) {
  FileTargets receiver;
  receiver.write("- targets: ['a:1']\n");
  receiver.start();
  receiver.world.loop.advance(25s);
  receiver.write("- targets: {{\n");
  receiver.consumer.batches.clear();
  receiver.world.loop.advance(60s);

  EXPECT_THAT(receiver.seen("a"), SizeIs(6));
  EXPECT_EQ(receiver.world.logged("Reading a target file failed"), 1U);
}

TEST(Receiver, AddsFailedScrapesToTheFileOfFailures) {
  const std::string path = testing::TempDir() + "/scrape_failures.log";
  std::filesystem::remove(path);
  Running receiver(one_target(", scrape_failure_log_file: " + path));
  receiver.reachable = false;

  receiver.start();
  receiver.world.loop.advance(30s);

  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_THAT(line, testing::AllOf(HasSubstr("\"job_name\":\"j\""),
                                   HasSubstr("\"msg\":\"connection refused\""),
                                   HasSubstr("\"target\":\"http://0.0.0.0:8000/metrics\"")));
  EXPECT_TRUE(std::getline(file, line));
}

TEST(Receiver, DoesNotStartWithoutItsFileOfFailures) {
  Running receiver(one_target(", scrape_failure_log_file: /nowhere/failures.log"));

  const auto started = receiver.receiver->start(receiver.host);

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("\"/nowhere/failures.log\""));
}

TEST(Receiver, ScrapesWhatAnEndpointTells) {
  Running receiver(
      "config: {scrape_configs: [{job_name: j, scrape_interval: 15s, http_sd_configs: "
      "[{url: 'http://sd/targets', refresh_interval: 30s}]}]}");
  std::string targets = R"([{"targets":["a:1"],"labels":{"env":"x"}}])";
  receiver.world.http->answer = [&](const net::Request& request) -> Result<net::Response> {
    if (request.url.host != "sd") return receiver.answer(request);
    if (targets.empty()) return Error(Code::unavailable, "connection refused");
    return net::Response{.headers = {{"Content-Type", "application/json"}}, .body = targets};
  };

  receiver.start();
  receiver.world.loop.advance(29s);
  EXPECT_THAT(receiver.seen("a"), testing::Not(IsEmpty()));

  targets = "";
  receiver.world.loop.advance(60s);
  EXPECT_THAT(receiver.seen("a"), SizeIs(Ge(3U)));
  EXPECT_EQ(receiver.world.logged("Asking for targets failed"), 1U);

  targets = "[]";
  receiver.world.loop.advance(90s);
  EXPECT_THAT(receiver.seen("a"), testing::Contains(HasSubstr("stale")));
}

}  // namespace
}  // namespace tributary::collector::prometheus
