#include "collector/exporters/prometheusremotewrite/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/exporters/prometheusremotewrite/exporter_fixture.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

TEST_F(ExporterTest, SendsASnappyBodyWithTheHeadersOfRemoteWrite) {
  start("headers: {X-Scope-OrgID: team}\n");

  collect();
  fake_.loop.run_posted();

  ASSERT_EQ(attempts(), 1u);
  const net::Request& request = fake_.http->requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url.to_string(), "http://hub:9009/api/v1/remote_write");
  EXPECT_EQ(request.headers.get("Content-Encoding"), "snappy");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(request.headers.get("X-Prometheus-Remote-Write-Version"), "0.1.0");
  EXPECT_EQ(request.headers.get("User-Agent"), "tributary-collector/v1");
  EXPECT_EQ(request.headers.get("X-Scope-OrgID"), "team");
  EXPECT_EQ(request.timeout, 5s);
  EXPECT_THAT(received_, ElementsAre("a 1@0"));
  EXPECT_EQ(fake_.logged("First write accepted"), 1u);
  EXPECT_EQ(samples("sent"), 1);
  expect_balance();
}

TEST_F(ExporterTest, WorksAShapeOutOnce) {
  start();

  collect_for(10s, 1s);

  EXPECT_EQ(exporter_->compilations(), 1u);
  EXPECT_EQ(received_.size(), 10u);
}

TEST_F(ExporterTest, PutsTheBatchesOfOneCollectionIntoOneRequest) {
  start();

  collect();
  consume(fake_batch(fake_shape({"b"}), 0));
  fake_.loop.run_posted();

  EXPECT_EQ(attempts(), 1u);
  EXPECT_THAT(received_, ElementsAre("a 1@0", "b 1@0"));
}

TEST_F(ExporterTest, SendsNoSecondTargetInfoWithStaleMarkers) {
  const Resource resource{{{"service.name", std::string("job")},
                           {"service.instance.id", std::string("host:1")},
                           {"server.port", std::string("1")}},
                          ""};
  start();

  consume(fake_batch(fake_shape({"a"}, {}, resource), 0));
  consume(fake_batch(fake_shape({"b"}, {}, resource), 0, kStaleMarker));
  fake_.loop.run_posted();

  EXPECT_THAT(received_,
              UnorderedElementsAre(StartsWith("a{"), StartsWith("b{"), StartsWith("target_info{")));
  expect_balance();
}

TEST_F(ExporterTest, SendsTheFirstAtOnceAndThenAtMostOneRequestEachLinger) {
  start("linger: 500ms\n");

  collect();
  fake_.loop.run_posted();
  EXPECT_EQ(attempts(), 1u);
  collect_for(10s, 50ms);

  EXPECT_GE(attempts(), 20u);
  EXPECT_LE(attempts(), 21u);
  EXPECT_GE(received_.size(), 190u);
}

TEST_F(ExporterTest, LingersNoLongerThanARequestIsFull) {
  shape_ = fake_wide_shape(1000, 200);
  start("linger: 1h\nmax_batch_size_bytes: 100000\n");
  collect();
  fake_.loop.run_posted();
  ASSERT_GE(attempts(), 1u);
  const std::size_t first = attempts();

  collect();
  fake_.loop.run_posted();

  EXPECT_GT(attempts(), first);
  expect_balance();
}

TEST_F(ExporterTest, DoesNotLingerWhenItIsStopped) {
  start("linger: 1h\n");
  collect();
  fake_.loop.run_posted();
  collect();
  fake_.loop.advance(1s);
  EXPECT_EQ(attempts(), 1u);

  stop(1s);

  EXPECT_EQ(received_.size(), 2u);
  expect_balance();
}

TEST_F(ExporterTest, GathersWhatArrivesWhileARequestIsInFlight) {
  fake_.http->delay = 3s;
  start();

  collect_for(3s, 1s);
  fake_.loop.advance(3s);

  EXPECT_EQ(attempts(), 2u);
  EXPECT_THAT(received_, ElementsAre("a 1@0", "a 1@1000", "a 1@2000"));
}

TEST_F(ExporterTest, LosesAndReordersNothingInAnOutageOfTenMinutes) {
  answer_ = [this](const net::Request&) -> Result<net::Response> {
    const Duration since = fake_.loop.clock().monotonic() - Instant{};
    if (since > 1min && since < 11min) return Error(Code::unavailable, "connect: refused");
    return status(200);
  };
  start();

  collect_for(13min, 15s);

  std::vector<std::string> expected;
  for (int second = 0; second < 780; second += 15)
    expected.push_back("a 1@" + std::to_string(second * 1000));
  EXPECT_EQ(received_, expected);
  EXPECT_EQ(samples("queued"), 0);
  EXPECT_EQ(fake_.logged("Writing again"), 1u);
  // Not more than one line a minute.
  EXPECT_LE(fake_.logged("Cannot write; samples are kept"), 11u);
  EXPECT_LT(attempts(), 120u);
  expect_balance();
}

TEST_F(ExporterTest, WaitsAsLongAsTheOtherSideAsks) {
  bool throttled = true;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return throttled ? status(429, "too many", {{"Retry-After", "45"}}) : status(200);
  };
  start();
  collect();
  fake_.loop.run_posted();
  throttled = false;

  fake_.loop.advance(44s);
  EXPECT_EQ(attempts(), 1u);
  fake_.loop.advance(1s);

  EXPECT_EQ(attempts(), 2u);
  EXPECT_THAT(received_, ElementsAre("a 1@0"));
  EXPECT_EQ(fake_.logged("more is sent than the workspace takes"), 1u);
}

TEST_F(ExporterTest, SplitsARequestThatIsTooLarge) {
  answer_ = [](const net::Request& request) -> Result<net::Response> {
    return Decoded(*request.body).series_count > 1 ? status(413) : status(200);
  };
  shape_ = fake_shape({"a", "b", "c"});
  start();

  collect();
  fake_.loop.run_posted();

  EXPECT_THAT(received_, ElementsAre("a 1@0", "b 1@0", "c 1@0"));
  EXPECT_EQ(attempts(), 5u);
  expect_balance();
}

TEST_F(ExporterTest, DropsASeriesThatIsTooLargeEvenAlone) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(413); };
  start();

  collect();
  fake_.loop.run_posted();

  EXPECT_EQ(dropped("too_large"), 1);
  EXPECT_EQ(attempts(), 1u);
  expect_balance();
}

TEST_F(ExporterTest, KeepsSamplesWhileItIsNotAuthorised) {
  bool allowed = false;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return allowed ? status(200) : status(403, R"({"message":"not authorized"})");
  };
  start();

  collect_for(30min, 1min);
  const std::size_t attempts_refused = attempts();
  allowed = true;
  fake_.loop.advance(2min);

  EXPECT_LT(attempts_refused, 180u);
  EXPECT_EQ(received_.size(), 30u);
  EXPECT_GE(fake_.logged("aps:RemoteWrite"), 1u);
  EXPECT_GE(fake_.logged("not authorized"), 1u);
  EXPECT_EQ(samples("sent"), 30);
  expect_balance();
}

TEST_F(ExporterTest, WaitsForCredentialsAndForTheWorkspace) {
  int answers = 0;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    ++answers;
    if (answers == 1) return Error(Code::unauthenticated, "waiting for credentials: none yet");
    if (answers == 2) return status(404, "Workspace not found");
    return status(200);
  };
  start();

  collect();
  fake_.loop.advance(3min);

  EXPECT_THAT(received_, ElementsAre("a 1@0"));
  EXPECT_EQ(fake_.logged("waiting for credentials: none yet"), 1u);
  EXPECT_EQ(fake_.logged("check the workspace id"), 1u);
}

TEST_F(ExporterTest, CountsWhatIsRejectedAndGoesOn) {
  answer_ = [this](const net::Request&) -> Result<net::Response> {
    return attempts() == 1 ? status(400, "out of order sample: a" + std::string(5000, '!'))
                           : status(200);
  };
  start();

  collect();
  fake_.loop.advance(1s);
  collect();
  fake_.loop.advance(1s);

  EXPECT_EQ(attempts(), 2u);
  EXPECT_THAT(received_, ElementsAre("a 1@1000"));
  EXPECT_EQ(rejected("out_of_order"), 1);
  ASSERT_GE(fake_.log_lines.size(), 1u);
  EXPECT_THAT(fake_.log_lines[0], HasSubstr("out of order sample: a!!!"));
  EXPECT_LT(fake_.log_lines[0].size(), 1400u);
  expect_balance();
}

TEST_F(ExporterTest, GivesSamplesUpWhenTheyAreTooOld) {
  bool down = true;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return down ? status(503) : status(200);
  };
  start("max_sample_age: 10m\n");

  collect_for(20min, 1min);
  down = false;
  fake_.loop.advance(1min);

  EXPECT_GE(samples("expired"), 9);
  EXPECT_GE(received_.size(), 7u);
  EXPECT_EQ(received_.back(), "a 1@1140000");
  EXPECT_GE(fake_.logged("too old to be sent and are lost"), 1u);
  EXPECT_EQ(samples("queued"), 0);
  expect_balance();
}

TEST_F(ExporterTest, ForgetsTheOldestWhenTheQueueIsFull) {
  bool down = true;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return down ? status(503) : status(200);
  };
  start("remote_write_queue: {queue_size: 3}\n");

  // A request is closed every two minutes.
  collect_for(30min, 2min);
  down = false;
  fake_.loop.advance(1min);

  EXPECT_GT(dropped("queue_full"), 5);
  EXPECT_EQ(received_.back(), "a 1@1680000");
  EXPECT_EQ(samples("queued"), 0);
  expect_balance();
}

TEST_F(ExporterTest, DoesNotRepeatWhereRetriesAreOff) {
  answer_ = [](const net::Request&) -> Result<net::Response> { return status(500); };
  start("retry_on_failure: {enabled: false}\n");

  collect();
  fake_.loop.advance(1min);

  EXPECT_EQ(attempts(), 1u);
  EXPECT_EQ(dropped("not_retried"), 1);
  expect_balance();
}

TEST_F(ExporterTest, FlushesWhenItIsStopped) {
  fake_.http->delay = 2s;
  start();
  collect();
  fake_.loop.run_posted();
  collect();

  stop(10s);

  EXPECT_EQ(received_.size(), 2u);
  EXPECT_EQ(samples("queued"), 0);
  EXPECT_EQ(fake_.logged("dropped"), 0u);
  expect_balance();
}

TEST_F(ExporterTest, TriesOnceMoreAtOnceWhenItIsStoppedInAWait) {
  bool down = true;
  answer_ = [&](const net::Request&) -> Result<net::Response> {
    return down ? status(503, "", {{"Retry-After", "300"}}) : status(200);
  };
  start();
  collect();
  fake_.loop.run_posted();
  down = false;

  const Instant before = fake_.loop.clock().monotonic();
  stop(10s);

  EXPECT_EQ(received_.size(), 1u);
  EXPECT_LT(fake_.loop.clock().monotonic() - before, 1s);
}

TEST_F(ExporterTest, StopsInTimeAndSaysWhatIsLeft) {
  fake_.http->delay = net::FakeHttp::kNever;
  start("timeout: 0s\n");
  collect();
  fake_.loop.run_posted();
  collect();

  const Instant before = fake_.loop.clock().monotonic();
  stop(3s);

  EXPECT_LE(fake_.loop.clock().monotonic() - before, 3s);
  EXPECT_EQ(fake_.logged("Samples were dropped\t{\"samples\":2,\"reason\":\"shutdown\"}"), 1u);
  EXPECT_EQ(dropped("shutdown"), 2);
  EXPECT_EQ(samples("queued"), 0);
  expect_balance();
}

TEST_F(ExporterTest, TellsOnceThatTwoSourcesWriteTheSameSeries) {
  const ShapePtr other = fake_shape({"a"});
  start();

  for (int i = 0; i < 3; ++i) {
    collect();
    consume(fake_batch(other, i * 1000));
    fake_.loop.advance(1s);
  }

  EXPECT_EQ(fake_.logged("Several sources write the same series"), 1u);
}

TEST_F(ExporterTest, LeavesOutWhatHasNoName) {
  shape_ = fake_shape({"...", "a"});
  start();

  collect();
  fake_.loop.run_posted();

  EXPECT_THAT(received_, ElementsAre("a 1@0"));
  EXPECT_EQ(fake_.logged("Series without a name"), 1u);
  EXPECT_EQ(metric("otelcol_exporter_prometheusremotewrite_failed_translations"), 1);
  expect_balance();
}

TEST_F(ExporterTest, SendsMetadataWhenAsked) {
  std::vector<std::string> metadata;
  answer_ = [&](const net::Request& request) -> Result<net::Response> {
    const Decoded decoded(*request.body);
    metadata.insert(metadata.end(), decoded.metadata.begin(), decoded.metadata.end());
    return status(200);
  };
  start("send_metadata: true\n");

  collect_for(3s, 1s);

  EXPECT_THAT(metadata, ElementsAre("a "));
  EXPECT_EQ(received_.size(), 3u);
}

TEST_F(ExporterTest, StopsWithoutHavingStarted) {
  const FakeSettings<Config> settings("endpoint: http://hub/write");
  exporter_ =
      std::move(Exporter::make(fake_.make({"prometheusremotewrite", ""}), settings.value).value());

  stop(1s);
  stop(1s);

  EXPECT_EQ(attempts(), 0u);
}

// Signs by a header of its own.
class FakeAuth final : public AuthExtension {
 public:
  class Client final : public net::HttpClient {
   public:
    explicit Client(std::unique_ptr<net::HttpClient> inner) : inner_(std::move(inner)) {}
    net::Task<Result<net::Response>> send(net::Request request, std::stop_token stop) override {
      request.headers.set("Authorization", "signed");
      co_return co_await inner_->send(std::move(request), stop);
    }

   private:
    std::unique_ptr<net::HttpClient> inner_;
  };

  Result<void> start(Host&) override { return {}; }
  net::Task<void> stop(Instant) override { co_return; }
  std::unique_ptr<net::HttpClient> wrap(std::unique_ptr<net::HttpClient> inner) override {
    return std::make_unique<Client>(std::move(inner));
  }
};

TEST_F(ExporterTest, SendsThroughItsAuthenticator) {
  FakeAuth auth;
  host_.extensions[{"sigv4auth", "central"}] = &auth;
  start("auth: {authenticator: sigv4auth/central}\n");

  collect();
  fake_.loop.run_posted();

  ASSERT_EQ(attempts(), 1u);
  EXPECT_EQ(fake_.http->requests[0].headers.get("Authorization"), "signed");
  stop(1s);
  exporter_.reset();
}

TEST_F(ExporterTest, RefusesToStartWithoutItsAuthenticator) {
  const FakeSettings<Config> settings(
      "{endpoint: 'http://hub/write', auth: {authenticator: sigv4auth}}");
  exporter_ =
      std::move(Exporter::make(fake_.make({"prometheusremotewrite", ""}), settings.value).value());

  const auto started = exporter_->start(host_);

  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("\"sigv4auth\": no such extension runs"));
}

TEST_F(ExporterTest, SignsForAwsByItself) {
  fake_.environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secret"}};
  const FakeSettings<AwsConfig> settings(
      "{endpoint: 'http://hub/workspaces/ws-1/api/v1/remote_write', aws_auth: {region: "
      "eu-west-1}}");
  auto made = Exporter::make(fake_.make({"awsprometheusremotewrite", ""}), settings.value);
  ASSERT_TRUE(made);
  exporter_ = std::move(*made);
  ASSERT_TRUE(exporter_->start(host_));

  collect();
  fake_.loop.run_posted();

  ASSERT_EQ(attempts(), 1u);
  const auto authorization = fake_.http->requests[0].headers.get("Authorization");
  ASSERT_TRUE(authorization);
  EXPECT_THAT(std::string(*authorization), HasSubstr("AKIDEXAMPLE/20231114/eu-west-1/aps/"));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
