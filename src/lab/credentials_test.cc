#include "lab/credentials.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "net/fake_http_client.h"
#include "net/fake_loop.h"
#include "net/run_task.h"

namespace tributary::lab {
namespace {

// A hub that issues sessions named by a counter, or refuses.
struct Example {
  Example() { fetch(); }
  void fetch() {
    net::Started<Result<void>> started(credentials.fetch(stop.get_token()));
    loop.run_posted();
    ASSERT_TRUE(started.done());
    fetched = started.take().has_value();
  }
  net::Response issue() {
    if (refuse) return {.status = 403, .body = "<E><Message>no</Message></E>"};
    const std::string expires = iso8601(loop.clock().now() + 15min);
    ++issued;
    return {.status = 200,
            .body = "<R><AccessKeyId>ASIA" + std::to_string(issued) +
                    "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                    "</SessionToken><Expiration>" +
                    expires + "</Expiration></R>"};
  }

  bool refuse = false;
  int issued = 0;
  bool fetched = false;
  net::FakeLoop loop;
  SeededRandom random{1};
  std::stop_source stop;
  std::shared_ptr<net::FakeHttp> http = std::make_shared<net::FakeHttp>(
      loop, [this](const net::Request&) -> Result<net::Response> { return issue(); });
  net::FakeHttpClient client{http};
  TaskCredentials credentials{loop,
                              random,
                              client,
                              {.access_key_id = "AKIA", .secret_access_key = "secret"},
                              {.hub = *net::parse_url("http://127.0.0.1:9009/"),
                               .region = "eu-west-1",
                               .role_arn = "arn:aws:iam::111111111111:role/task",
                               .task_arn = "arn:aws:ecs:eu-west-1:111111111111:task/demo/1",
                               .duration = std::chrono::seconds(900)},
                              Logger()};
};

TEST(TaskCredentials, AreHandedOutToWhoShowsTheToken) {
  Example example;

  const net::Response answer =
      example.credentials.answer(example.credentials.authorization_token());

  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("\"AccessKeyId\":\"ASIA1\""), std::string::npos);
  EXPECT_EQ(example.credentials.answer("").status, 401);
  EXPECT_EQ(example.credentials.answer("x").status, 401);
}

TEST(TaskCredentials, AskAsTheWalkthroughsTaskRoleAndSignTheRequest) {
  const Example example;

  ASSERT_EQ(example.http->requests.size(), 1U);
  const net::Request& request = example.http->requests[0];
  EXPECT_NE(request.body->find("RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Ftask"),
            std::string::npos);
  EXPECT_NE(request.headers.get("Authorization").value_or("").find("/eu-west-1/sts/"),
            std::string_view::npos);
}

TEST(TaskCredentials, AreRenewedAfterTwoThirdsOfTheirLife) {
  Example example;
  net::Gate gate;
  gate.spawn(example.credentials.keep_fresh(example.stop.get_token()));

  example.loop.advance(9min);
  EXPECT_EQ(example.issued, 1);
  example.loop.advance(2min);
  EXPECT_EQ(example.issued, 2);

  example.stop.request_stop();
  example.loop.run_posted();
  EXPECT_EQ(gate.running(), 0U);
}

TEST(TaskCredentials, KeepTheOldSessionWhileTheHubRefusesAndTryAgainMoreSlowly) {
  Example example;
  net::Gate gate;
  gate.spawn(example.credentials.keep_fresh(example.stop.get_token()));
  example.refuse = true;

  example.loop.advance(12min);
  const std::string& token = example.credentials.authorization_token();
  EXPECT_EQ(example.credentials.answer(token).status, 200);
  EXPECT_LT(example.http->requests.size(), 12U);
  example.loop.advance(4min);
  EXPECT_EQ(example.credentials.answer(token).status, 503);
  example.refuse = false;
  example.loop.advance(31s);
  EXPECT_EQ(example.credentials.answer(token).status, 200);

  example.stop.request_stop();
  example.loop.run_posted();
}

TEST(ParseSession, NamesWhatIsMissing) {
  const auto session = parse_session("<R><AccessKeyId>a</AccessKeyId></R>");

  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message().find("SecretAccessKey"), std::string::npos);
}

}  // namespace
}  // namespace tributary::lab
