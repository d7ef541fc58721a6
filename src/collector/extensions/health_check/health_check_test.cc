#include "collector/extensions/health_check/health_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "net/run_task.h"

namespace tributary::collector::health_check {
namespace {

using ::testing::HasSubstr;

const Health kReady{
    .ready = true, .up_since = Timestamp(std::chrono::seconds(1'700'000'000)), .uptime = 1500ms};

TEST(HealthAnswer, SaysSinceWhenTheServerIsUp) {
  const net::Response response = answer(Config{}, "/", kReady);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"status":"Server available","upSince":"2023-11-14T22:13:20Z","uptime":"1.5s"})");
}

TEST(HealthAnswer, IsUnavailableUntilThePipelinesRun) {
  const net::Response response = answer(Config{}, "/", Health{});

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"Server not available")"));
}

TEST(HealthAnswer, AnswersEveryPathWhereThePathIsTheRoot) {
  EXPECT_EQ(answer(Config{}, "/anything?x=1", kReady).status, 200);
}

TEST(HealthAnswer, KnowsNoOtherPathThanTheConfiguredOne) {
  Config config;
  config.path = "/healthz";

  EXPECT_EQ(answer(config, "/healthz?verbose", kReady).status, 200);
  EXPECT_EQ(answer(config, "/", kReady).status, 404);
}

TEST(HealthAnswer, UsesTheConfiguredTexts) {
  Config config;
  config.response_body = ResponseBody{"fine", "ill"};

  EXPECT_EQ(answer(config, "/", kReady).body, "fine");
  EXPECT_EQ(answer(config, "/", Health{}).body, "ill");
}

TEST(Config, RefusesAnEndpointThatIsNone) {
  EXPECT_THAT(FakeSettings<Config>("endpoint: 'nowhere'").messages(), HasSubstr("endpoint"));
  EXPECT_THAT(FakeSettings<Config>("path: healthz").messages(), HasSubstr("starts with /"));
}

net::Task<Result<net::Response>> get(net::HttpClient& client, std::string url) {
  net::Request request;
  request.url = net::parse_url(url).value();
  co_return co_await client.send(std::move(request), std::stop_token());
}

TEST(HealthCheck, AnswersOverHttp) {
  FakeContext fake;
  const auto loop = net::make_loop();
  Context base = fake.make({"health_check", ""});
  Context context{base.id,  *loop, base.random, base.telemetry, base.log, base.make_http_client,
                  base.env, "v1",  "test"};
  Config config;
  config.endpoint = "127.0.0.1:0";
  HealthCheck health(context, config);
  FakeHost host;
  ASSERT_TRUE(health.start(host));
  const auto client = net::make_http_client(*loop, {}).value();
  const std::string url = "http://127.0.0.1:" + std::to_string(health.port()) + "/";

  const auto up = net::run_task(*loop, get(*client, url));
  host.is_ready = false;
  const auto down = net::run_task(*loop, get(*client, url));
  net::run_task(*loop, health.stop(loop->clock().monotonic() + 1s));

  ASSERT_TRUE(up) << up.error().message();
  EXPECT_EQ(up->status, 200);
  EXPECT_THAT(up->body, HasSubstr("Server available"));
  EXPECT_EQ(down->status, 503);
}

TEST(HealthCheck, StopsWithoutHavingStarted) {
  FakeContext fake;
  HealthCheck health(fake.make({"health_check", ""}), Config{});

  net::run_task(fake.loop, health.stop(fake.loop.clock().monotonic() + 1s));

  EXPECT_EQ(health.port(), 0);
}

}  // namespace
}  // namespace tributary::collector::health_check
