#include "aws/signing_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_environment.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

const std::string kRole = "arn:aws:iam::222222222222:role/central";

class SigningSessionTest : public testing::Test {
 protected:
  Outside outside() {
    return {.loop = fake_.loop,
            .random = fake_.random,
            .log = {},
            .make_http_client = net::make_fake_http_client_factory(fake_.http),
            .env = fake_.env,
            .user_agent = "tributary-test",
            .read_file = fake_.environment.read_file};
  }
  std::unique_ptr<net::HttpClient> inner() {
    return std::make_unique<net::FakeHttpClient>(fake_.http);
  }
  // STS, the container endpoint and the workspace in one.
  net::Response answer(const net::Request& request) {
    if (request.url.target == "/creds")
      return FakeEnvironment::response(200, R"({"AccessKeyId":"ASIATASK","SecretAccessKey":"s"})");
    if (request.body && request.body->starts_with("Action=AssumeRole")) {
      const std::string action = request.body->find("WebIdentity") == std::string::npos
                                     ? "AssumeRole"
                                     : "AssumeRoleWithWebIdentity";
      return FakeEnvironment::response(
          200,
          "<" + action + "Response><" + action +
              "Result><Credentials><AccessKeyId>ASIACENTRAL</AccessKeyId><SecretAccessKey>s"
              "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2033-01-01T00:00:00Z"
              "</Expiration></Credentials></" +
              action + "Result></" + action + "Response>");
    }
    return FakeEnvironment::response(200, "");
  }
  std::string authorization(std::size_t request) const {
    return std::string(fake_.http->requests.at(request).headers.get("Authorization").value_or(""));
  }

  FakeEnvironment fake_{[this](const net::Request& request) { return answer(request); }};
  net::Request write_ = {.method = "POST",
                         .url = *net::parse_url("http://127.0.0.1:9009/workspaces/ws-1/x"),
                         .body = net::make_body("body")};
};

TEST_F(SigningSessionTest, WalksFromTheTaskRoleToTheCentralRoleToTheWorkspace) {
  fake_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/creds";
  fake_.variables["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:9009";
  fake_.variables["AWS_CA_BUNDLE"] = "/ca.pem";
  auto client = make_signing_client(
      outside(), {.region = "eu-west-1", .service = "aps", .role = RoleHop{.role_arn = kRole}},
      inner());
  ASSERT_TRUE(client);
  EXPECT_TRUE(fake_.http->requests.empty());

  const auto response = fake_.run((*client)->send(write_, {}));

  ASSERT_TRUE(response) << response.error().message();
  ASSERT_EQ(fake_.http->requests.size(), 3U);
  EXPECT_THAT(authorization(1), HasSubstr("ASIATASK/20231114/eu-west-1/sts/"));
  EXPECT_THAT(authorization(2), HasSubstr("ASIACENTRAL/20231114/eu-west-1/aps/"));
  EXPECT_EQ(fake_.http->requests[1].url.to_string(), "http://127.0.0.1:9009/");
  EXPECT_EQ(fake_.http->clients.at(0).tls.ca_file, "/ca.pem");
  EXPECT_FALSE(fake_.http->clients.at(1).proxy.from_environment);
}

TEST_F(SigningSessionTest, SharesItsCredentialsAmongClients) {
  fake_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/creds";
  const auto session = SigningSession::make(outside(), {.region = "eu-west-1", .service = "aps"});
  ASSERT_TRUE(session);
  const auto one = SigningSession::wrap(*session, inner());
  const auto two = SigningSession::wrap(*session, inner());

  ASSERT_TRUE(fake_.run(one->send(write_, {})));
  ASSERT_TRUE(fake_.run(two->send(write_, {})));

  EXPECT_EQ(fake_.http->requests.size(), 3U);
}

TEST_F(SigningSessionTest, TakesItsOwnStsEndpointAndRegion) {
  fake_.variables["AWS_ACCESS_KEY_ID"] = "AKIA1";
  fake_.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  auto client = make_signing_client(outside(),
                                    {.region = "eu-west-1",
                                     .service = "aps",
                                     .role = RoleHop{.role_arn = kRole},
                                     .sts_region = "us-east-1",
                                     .sts_endpoint = "http://sts.local:1"},
                                    inner());

  ASSERT_TRUE(fake_.run((*client)->send(write_, {})));

  EXPECT_EQ(fake_.http->requests.at(0).url.to_string(), "http://sts.local:1/");
  EXPECT_THAT(authorization(0), HasSubstr("/us-east-1/sts/"));
}

TEST_F(SigningSessionTest, AssumesTheRoleWithAWebIdentity) {
  fake_.files["/token"] = "jwt";
  auto client = make_signing_client(outside(),
                                    {.region = "eu-west-1",
                                     .service = "aps",
                                     .role = RoleHop{.role_arn = kRole},
                                     .web_identity_token_file = "/token"},
                                    inner());

  ASSERT_TRUE(fake_.run((*client)->send(write_, {})));

  EXPECT_THAT(*fake_.http->requests.at(0).body, HasSubstr("WebIdentityToken=jwt"));
  EXPECT_THAT(authorization(1), HasSubstr("ASIACENTRAL/"));
}

TEST_F(SigningSessionTest, RefusesOptionsThatMakeNoSense) {
  const auto refusal = [this](SigningSessionOptions options) {
    return SigningSession::make(outside(), std::move(options)).error().message();
  };

  EXPECT_THAT(refusal({.role = RoleHop{.role_arn = "x"}}), HasSubstr("ARN \"x\""));
  EXPECT_THAT(refusal({.web_identity_token_file = "/t"}), HasSubstr("needs the ARN of a role"));
  EXPECT_THAT(refusal({.sts_endpoint = "nonsense"}), HasSubstr("sts endpoint: "));
}

}  // namespace
}  // namespace tributary::aws
