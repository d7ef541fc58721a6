#include "collector/receivers/prometheus/http_discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"
#include "net/run_task.h"

namespace tributary::collector::prometheus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kUrl = "http://sd.example.org/targets";

net::Response json(std::string body, std::string type = "application/json") {
  return {.headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}

std::string refused(const net::Response& response) {
  const auto groups = read_target_answer(kUrl, response);
  return groups ? "taken" : groups.error().message();
}

TEST(HttpDiscovery, ReadsGroupsWithTheirLabels) {
  const auto groups =
      read_target_answer(kUrl, json(R"([{"targets":["a:1","b:2"],"labels":{"env":"prod"}}, {}])",
                                    "application/json; charset=UTF-8"));

  ASSERT_TRUE(groups) << groups.error().message();
  ASSERT_THAT(*groups, SizeIs(2));
  EXPECT_THAT((*groups)[0].addresses, ElementsAre("a:1", "b:2"));
  EXPECT_EQ((*groups)[0].labels, (Labels{{"__meta_url", kUrl}, {"env", "prod"}}));
}

TEST(HttpDiscovery, RefusesOtherAnswers) {
  EXPECT_EQ(refused({.status = 404}), "got status 404, want 200");
  EXPECT_THAT(refused(json("[]", "text/html")), HasSubstr("want application/json"));
  EXPECT_THAT(refused(json("[]", "application/json; charset=latin1")), HasSubstr("latin1"));
  EXPECT_THAT(refused(json("{}")), HasSubstr("list of target groups"));
  EXPECT_THAT(refused(json(R"([{"targets":[1]}])")), HasSubstr("list of strings"));
}

struct Endpoint {
  explicit Endpoint(const char* settings = "") {
    config::Diagnostics diagnostics;
    config::decode(
        config::parse("{url: '" + std::string(kUrl) + "'" + settings + "}", "t.yaml", diagnostics),
        config, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render();
    world.http->answer = [this](const net::Request& request) {
      asked = request;
      return answer;
    };
    discovery.emplace(context, config, world.context_client());
  }
  Result<bool> refresh() {
    return net::run_task(world.loop, discovery->refresh(std::stop_token()));
  }

  struct World : FakeContext {
    std::unique_ptr<net::HttpClient> context_client() {
      return net::make_fake_http_client_factory(http)({}).value();
    }
  } world;
  Context context = world.make({"prometheus", ""});
  HttpSdConfig config;
  Result<net::Response> answer = json("[]");
  net::Request asked;
  std::optional<HttpDiscovery> discovery;
};

TEST(HttpDiscovery, AsksAsPrometheusDoes) {
  Endpoint endpoint(", refresh_interval: 90s, basic_auth: {username: u, password: p}");

  ASSERT_TRUE(endpoint.refresh());

  EXPECT_EQ(endpoint.asked.url.to_string(), kUrl);
  EXPECT_EQ(endpoint.asked.headers.get("Accept"), "application/json");
  EXPECT_EQ(endpoint.asked.headers.get("X-Prometheus-Refresh-Interval-Seconds"), "90");
  EXPECT_EQ(endpoint.asked.headers.get("Authorization"), "Basic dTpw");
}

TEST(HttpDiscovery, KeepsItsTargetsWhileTheEndpointFails) {
  Endpoint endpoint;
  endpoint.answer = json(R"([{"targets":["a:1"]}])");
  EXPECT_EQ(endpoint.refresh().value(), true);
  EXPECT_EQ(endpoint.refresh().value(), false);

  endpoint.answer = Error(Code::unavailable, "connection refused");
  EXPECT_FALSE(endpoint.refresh());
  EXPECT_THAT(endpoint.discovery->groups(), SizeIs(1));

  endpoint.answer = json("[]");
  EXPECT_EQ(endpoint.refresh().value(), true);
  EXPECT_THAT(endpoint.discovery->groups(), IsEmpty());
}

}  // namespace
}  // namespace tributary::collector::prometheus
