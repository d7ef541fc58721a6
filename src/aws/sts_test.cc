#include "aws/sts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_environment.h"
#include "aws/providers.h"
#include "aws/timestamps.h"
#include "base/time_text.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

const std::string kRole = "arn:aws:iam::222222222222:role/central";

std::string assumed(const std::string& action, Timestamp expiration) {
  return "<" + action + "Response><" + action +
         "Result><Credentials><AccessKeyId>ASIA9</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
         "<SessionToken>t</SessionToken><Expiration>" +
         iso8601(expiration) +
         "</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::222222222222:assumed-role/"
         "central/me</Arn></AssumedRoleUser></" +
         action + "Result></" + action + "Response>";
}

std::string error_xml(const std::string& code, const std::string& message) {
  return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message +
         "</Message></Error><RequestId>id-1</RequestId></ErrorResponse>";
}

std::unique_ptr<CredentialsProvider> task_keys() {
  return std::make_unique<StaticProvider>(
      Credentials{.access_key_id = "ASIATASK", .secret_access_key = "s", .source = "environment"});
}

TEST(AssumeRole, AsksTheRegionalEndpointWithASignedForm) {
  FakeEnvironment fake;
  const Timestamp expiration = fake.loop.clock().now() + 15min;
  fake.http->answer = [&](const net::Request&) {
    return FakeEnvironment::response(200, assumed("AssumeRole", expiration));
  };
  AssumeRoleProvider provider(fake.environment, task_keys(),
                              {.role_arn = kRole, .external_id = "handshake"}, "eu-west-1");

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->access_key_id, "ASIA9");
  EXPECT_EQ(credentials->expiration, expiration);
  EXPECT_EQ(credentials->arn, "arn:aws:sts::222222222222:assumed-role/central/me");
  const net::Request& sent = fake.http->requests.at(0);
  EXPECT_EQ(sent.url.to_string(), "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(sent.headers.get("User-Agent"), "tributary-test");
  EXPECT_THAT(std::string(*sent.headers.get("Authorization")),
              HasSubstr("Credential=ASIATASK/20231114/eu-west-1/sts/aws4_request"));
  EXPECT_THAT(*sent.body, HasSubstr("&RoleSessionName=tributary-host.local&DurationSeconds=900&"
                                    "ExternalId=handshake"));
}

TEST(AssumeRole, NamesTheSessionAfterTheEcsTask) {
  FakeEnvironment fake;
  fake.variables["ECS_CONTAINER_METADATA_URI_V4"] = "http://169.254.170.2/v4/abc";
  bool metadata_is_up = false;
  fake.http->answer = [&](const net::Request& request) {
    if (request.url.host.starts_with("sts."))
      return FakeEnvironment::response(200, assumed("AssumeRole", fake.loop.clock().now() + 15min));
    EXPECT_EQ(request.url.to_string(), "http://169.254.170.2/v4/abc/task");
    return FakeEnvironment::response(
        metadata_is_up ? 200 : 500,
        R"({"TaskARN":"arn:aws:ecs:eu-west-1:111111111111:task/cluster/0123456789abcdef"})");
  };
  AssumeRoleProvider provider(fake.environment, task_keys(), {.role_arn = kRole}, "eu-west-1");

  ASSERT_TRUE(fake.run(provider.retrieve({})));
  metadata_is_up = true;
  ASSERT_TRUE(fake.run(provider.retrieve({})));
  ASSERT_TRUE(fake.run(provider.retrieve({})));

  ASSERT_EQ(fake.http->requests.size(), 5U);
  EXPECT_THAT(*fake.http->requests[1].body, HasSubstr("RoleSessionName=tributary-host.local&"));
  EXPECT_THAT(*fake.http->requests[3].body,
              HasSubstr("RoleSessionName=tributary-0123456789abcdef&"));
  EXPECT_THAT(*fake.http->requests[4].body,
              HasSubstr("RoleSessionName=tributary-0123456789abcdef&"));
}

TEST(AssumeRole, TellsWhoWasRefusedByWhomAndWhy) {
  FakeEnvironment fake([](const net::Request&) {
    return FakeEnvironment::response(
        403, error_xml("AccessDenied",
                       "User: arn:aws:sts::111111111111:assumed-role/task/x is not authorized to "
                       "perform: sts:AssumeRole on resource: " +
                           kRole));
  });
  AssumeRoleProvider provider(fake.environment, task_keys(), {.role_arn = kRole}, "eu-west-1");

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_EQ(refused.error().code(), Code::unauthenticated);
  const HopError* const hop = provider.last_failure();
  ASSERT_NE(hop, nullptr);
  EXPECT_EQ(hop->hop, "sts:AssumeRole");
  EXPECT_EQ(hop->caller, "arn:aws:sts::111111111111:assumed-role/task/x");
  EXPECT_EQ(hop->role_arn, kRole);
  EXPECT_EQ(hop->region, "eu-west-1");
  EXPECT_EQ(hop->http_status, 403);
  EXPECT_EQ(hop->request_id, "id-1");
  EXPECT_THAT(hop->likely_cause, HasSubstr("trust policy"));
}

TEST(AssumeRole, NamesTheKeyWhereNoArnIsKnown) {
  FakeEnvironment fake([](const net::Request&) {
    return FakeEnvironment::response(
        403, error_xml("InvalidClientTokenId",
                       "The security token included in the request is invalid."));
  });
  AssumeRoleProvider provider(fake.environment, task_keys(), {.role_arn = kRole}, "eu-west-1");

  ASSERT_FALSE(fake.run(provider.retrieve({})));

  EXPECT_EQ(provider.last_failure()->caller, "ASIATASK");
  EXPECT_THAT(provider.last_failure()->likely_cause, HasSubstr("unknown here"));
}

TEST(AssumeRole, BlamesTheHopBeforeWhereThatFailed) {
  FakeEnvironment fake([](const net::Request&) -> Result<net::Response> {
    return Error(Code::unavailable, "connection refused");
  });
  AssumeRoleProvider provider(
      fake.environment,
      std::make_unique<ContainerProvider>(fake.environment,
                                          ContainerEndpoint{.url = "http://169.254.170.2/x"}),
      {.role_arn = kRole}, "eu-west-1");

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_EQ(provider.last_failure()->hop, "container credentials");
  EXPECT_THAT(refused.error().message(), HasSubstr("http://169.254.170.2/x"));
}

TEST(AssumeRole, CountsTheExpiryByItsOwnClock) {
  FakeEnvironment fake;
  const Timestamp server_time = fake.loop.clock().now() - 1h;
  fake.http->answer = [&](const net::Request& request) {
    if (request.headers.get("X-Amz-Date") == amz_date(server_time))
      return FakeEnvironment::response(200, assumed("AssumeRole", server_time + 15min));
    net::Response response = FakeEnvironment::response(
        403,
        error_xml("SignatureDoesNotMatch", "Signature not yet current: a is still later than"));
    response.headers.add("Date", "Tue, 14 Nov 2023 21:13:20 GMT");
    return response;
  };
  AssumeRoleProvider provider(fake.environment, task_keys(), {.role_arn = kRole}, "eu-west-1");

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->expiration, fake.loop.clock().now() + 15min);
}

TEST(AssumeRole, NeedsARegionOrAnEndpoint) {
  FakeEnvironment fake;
  AssumeRoleProvider provider(fake.environment, task_keys(), {.role_arn = kRole}, "");

  EXPECT_THAT(fake.run(provider.retrieve({})).error().message(),
              HasSubstr("the region must be like eu-west-1"));
}

TEST(WebIdentity, SendsTheTokenUnsigned) {
  FakeEnvironment fake;
  fake.variables["AWS_REGION"] = "eu-west-1";
  fake.files["/token"] = "header.payload.signature\n";
  fake.http->answer = [&](const net::Request&) {
    return FakeEnvironment::response(
        200, assumed("AssumeRoleWithWebIdentity", fake.loop.clock().now() + 15min));
  };
  WebIdentityProvider provider(fake.environment, {.token_file = "/token", .role_arn = kRole}, "");

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials) << credentials.error().message();
  const net::Request& sent = fake.http->requests.at(0);
  EXPECT_EQ(sent.headers.get("Authorization"), std::nullopt);
  EXPECT_THAT(*sent.body, HasSubstr("WebIdentityToken=header.payload.signature"));
}

TEST(WebIdentity, SaysWhatFailed) {
  FakeEnvironment fake([](const net::Request&) {
    return FakeEnvironment::response(400, error_xml("InvalidIdentityToken", "no provider found"));
  });
  WebIdentityProvider provider(fake.environment, {.token_file = "/token", .role_arn = kRole},
                               "eu-west-1");

  EXPECT_THAT(fake.run(provider.retrieve({})).error().message(), HasSubstr("cannot read /token"));
  fake.files["/token"] = "x";
  EXPECT_THAT(fake.run(provider.retrieve({})).error().message(),
              HasSubstr("HTTP 400 InvalidIdentityToken: no provider found"));
  EXPECT_EQ(provider.last_failure()->hop, "sts:AssumeRoleWithWebIdentity");
}

}  // namespace
}  // namespace tributary::aws
