#include "lab/services/role_session.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

// A hub that issues sessions named by a counter, or refuses.
struct Example {
  Example() {
    net::Started<Result<void>> started(session.fetch());
    loop.run_posted();
    TRIBUTARY_CHECK(started.done());
    fetched = started.take();
  }
  net::Response issue() {
    if (refuse)
      return {.status = 403,
              .headers = {},
              .body = "<ErrorResponse><Error><Message>no</Message></Error></ErrorResponse>"};
    const std::string expires = iso8601(loop.clock().now() + 15min);
    const std::string action = "TributaryIssueTaskCredentials";
    ++issued;
    return {.status = 200,
            .headers = {},
            .body = "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>ASIA" +
                    std::to_string(issued) +
                    "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                    "</SessionToken><Expiration>" +
                    expires + "</Expiration></Credentials></" + action + "Result></" + action +
                    "Response>"};
  }

  bool refuse = false;
  int issued = 0;
  Result<void> fetched;
  net::FakeLoop loop;
  std::stop_source stop;
  std::shared_ptr<net::FakeHttp> http = std::make_shared<net::FakeHttp>(
      loop, [this](const net::Request&) -> Result<net::Response> { return issue(); });
  net::FakeHttpClient client{http};
  HubClient hub{loop,
                client,
                {.url = *net::parse_url("http://127.0.0.1:9009/"),
                 .service_key = {.access_key_id = "AKIA", .secret_access_key = "secret"}}};
  RoleSession session{loop,
                      hub,
                      {.role_arn = "arn:aws:iam::111111111111:role/task",
                       .task_arn = "arn:aws:ecs:eu-west-1:111111111111:task/demo/1",
                       .duration = std::chrono::seconds(900)},
                      Logger()};
};

TEST(RoleSession, IsAskedForTheRoleAndTheTaskAndSigned) {
  const Example example;

  ASSERT_TRUE(example.fetched);
  ASSERT_EQ(example.http->requests.size(), 1U);
  const net::Request& request = example.http->requests[0];
  EXPECT_NE(request.body->find("RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Ftask"),
            std::string::npos);
  EXPECT_NE(request.headers.get("Authorization").value_or("").find("/sts/"),
            std::string_view::npos);
}

TEST(RoleSession, IsRenewedAfterTwoThirdsOfItsLife) {
  Example example;
  net::Gate gate;
  gate.spawn(example.session.keep_fresh(example.stop.get_token()));

  example.loop.advance(9min);
  EXPECT_EQ(example.issued, 1);
  example.loop.advance(2min);
  EXPECT_EQ(example.issued, 2);

  example.stop.request_stop();
  example.loop.run_posted();
  EXPECT_EQ(gate.running(), 0U);
}

TEST(RoleSession, StaysWhileTheHubRefusesAndAsksMoreSlowly) {
  Example example;
  net::Gate gate;
  gate.spawn(example.session.keep_fresh(example.stop.get_token()));
  example.refuse = true;

  example.loop.advance(12min);
  EXPECT_NE(example.session.current(), nullptr);
  EXPECT_LT(example.http->requests.size(), 12U);
  example.loop.advance(4min);
  EXPECT_EQ(example.session.current(), nullptr);
  example.refuse = false;
  example.loop.advance(31s);
  EXPECT_NE(example.session.current(), nullptr);

  example.stop.request_stop();
  example.loop.run_posted();
}

TEST(RoleSession, NamesWhatIsMissingInAnAnswer) {
  const auto session = read_session({{"Credentials/AccessKeyId", "a"}});

  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message().find("SecretAccessKey"), std::string::npos);
}

TEST(RoleSession, IsShownToAContainerAsTheEndpointOfEcsDoes) {
  const Example example;

  const std::string json = credentials_json("arn:r", *example.session.current());

  EXPECT_TRUE(json.starts_with("{\"RoleArn\":\"arn:r\",\"AccessKeyId\":\"ASIA1\",")) << json;
  EXPECT_NE(json.find("\"Token\":\"t\""), std::string::npos);
}

}  // namespace
}  // namespace tributary::lab
