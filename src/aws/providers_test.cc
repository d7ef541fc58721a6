#include "aws/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fake_environment.h"

namespace tributary::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kAnswer = R"({"AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t",
                                "Expiration":"2033-01-01T00:00:00Z"})";

TEST(ContainerProvider, SendsTheTokenAndReadsTheAnswer) {
  FakeEnvironment fake([](const net::Request&) { return FakeEnvironment::response(200, kAnswer); });
  ContainerProvider provider(fake.environment,
                             {.url = "http://169.254.170.2/v2/x", .token = "Basic abc"});

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_EQ(credentials->source, "container credentials at http://169.254.170.2/v2/x");
  EXPECT_EQ(fake.http->requests.at(0).headers.get("Authorization"), "Basic abc");
}

TEST(ContainerProvider, ReadsTheTokenFileAtEachFetch) {
  FakeEnvironment fake([](const net::Request&) { return FakeEnvironment::response(200, kAnswer); });
  ContainerProvider provider(fake.environment,
                             {.url = "http://127.0.0.1/x", .token = "old", .token_file = "/token"});

  fake.files["/token"] = "one\n";
  ASSERT_TRUE(fake.run(provider.retrieve({})));
  fake.files["/token"] = "two";
  ASSERT_TRUE(fake.run(provider.retrieve({})));

  EXPECT_EQ(fake.http->requests.at(0).headers.get("Authorization"), "one");
  EXPECT_EQ(fake.http->requests.at(1).headers.get("Authorization"), "two");
}

TEST(ContainerProvider, RefusesATokenThatWouldBreakTheRequest) {
  FakeEnvironment fake;
  fake.files["/token"] = "a\r\nX: y";
  ContainerProvider provider(fake.environment,
                             {.url = "http://127.0.0.1/x", .token_file = "/token"});

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_THAT(refused.error().message(), HasSubstr("holds a line break"));
}

TEST(ContainerProvider, TellsTheHopThatFailed) {
  FakeEnvironment fake([](const net::Request&) {
    return FakeEnvironment::response(400, R"({"code":"InvalidIdInRequest","message":"no id"})");
  });
  ContainerProvider provider(fake.environment, {.url = "http://169.254.170.2/x"});

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_EQ(refused.error().message(),
            "container credentials at http://169.254.170.2/x was answered with HTTP 400 "
            "InvalidIdInRequest: no id");
  ASSERT_NE(provider.last_failure(), nullptr);
  EXPECT_EQ(provider.last_failure()->code, "InvalidIdInRequest");
}

// An instance with one role, speaking the versions that the test lets it.
net::Response instance(const net::Request& request, int token_status) {
  const std::string& path = request.url.target;
  if (request.method == "PUT") return FakeEnvironment::response(token_status, "imds-token");
  if (path == "/latest/meta-data/iam/security-credentials/")
    return FakeEnvironment::response(200, "my-role\n");
  if (path == "/latest/meta-data/iam/security-credentials/my-role")
    return FakeEnvironment::response(200, kAnswer);
  return FakeEnvironment::response(404, "");
}

TEST(InstanceMetadataProvider, SpeaksVersion2) {
  FakeEnvironment fake([](const net::Request& request) { return instance(request, 200); });
  InstanceMetadataProvider provider(fake.environment, {.endpoint = "http://169.254.169.254"});

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  ASSERT_EQ(fake.http->requests.size(), 3U);
  EXPECT_EQ(fake.http->requests[0].headers.get("X-aws-ec2-metadata-token-ttl-seconds"), "300");
  EXPECT_EQ(fake.http->requests[2].headers.get("X-aws-ec2-metadata-token"), "imds-token");
}

TEST(InstanceMetadataProvider, FallsBackToVersion1WhereVersion2IsNotOffered) {
  for (const int status : {403, 404, 405}) {
    FakeEnvironment fake([=](const net::Request& request) { return instance(request, status); });
    InstanceMetadataProvider provider(fake.environment, {.endpoint = "http://169.254.169.254"});

    const auto credentials = fake.run(provider.retrieve({}));

    ASSERT_TRUE(credentials) << status;
    EXPECT_EQ(fake.http->requests[2].headers.get("X-aws-ec2-metadata-token"), std::nullopt);
  }
}

TEST(InstanceMetadataProvider, StaysAtVersion2WhereVersion1IsDisabled) {
  FakeEnvironment fake([](const net::Request& request) { return instance(request, 403); });
  InstanceMetadataProvider provider(fake.environment,
                                    {.endpoint = "http://169.254.169.254", .v1_disabled = true});

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_THAT(refused.error().message(), HasSubstr("HTTP 403"));
  EXPECT_EQ(fake.http->requests.size(), 1U);
}

TEST(InstanceMetadataProvider, GivesUpSoonWhereThereIsNoInstance) {
  FakeEnvironment fake;
  fake.http->answer = [](const net::Request&) { return net::Response{}; };
  fake.http->delay = net::FakeHttp::kNever;
  InstanceMetadataProvider provider(fake.environment, {.endpoint = "http://169.254.169.254"});
  const Instant before = fake.loop.clock().monotonic();

  const auto refused = fake.run(provider.retrieve({}));

  EXPECT_EQ(refused.error().code(), Code::timeout);
  EXPECT_LE(fake.loop.clock().monotonic() - before, 2 * InstanceMetadataProvider::kTimeout);
}

TEST(InstanceMetadataProvider, SaysWhenTheInstanceHasNoRole) {
  FakeEnvironment fake([](const net::Request& request) {
    return FakeEnvironment::response(200, request.method == "PUT" ? "token" : "");
  });
  InstanceMetadataProvider provider(fake.environment, {.endpoint = "http://169.254.169.254"});

  EXPECT_THAT(fake.run(provider.retrieve({})).error().message(), HasSubstr("no role attached"));
}

TEST(ProcessProvider, RunsTheProgramAndReadsWhatItPrints) {
  FakeEnvironment fake;
  fake.processes.output =
      std::string(R"({"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"s"})");
  ProcessProvider provider(fake.environment, {.argv = {"get-keys", "--json"}});

  const auto credentials = fake.run(provider.retrieve({}));

  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->source, "credential_process get-keys");
  EXPECT_THAT(fake.processes.ran, ElementsAre(ElementsAre("get-keys", "--json")));
}

TEST(ProcessProvider, PassesAFailureOn) {
  FakeEnvironment fake;
  ProcessProvider provider(fake.environment, {.argv = {"get-keys"}});

  fake.processes.output = Error(Code::unavailable, "\"get-keys\" ended with status 1");
  EXPECT_EQ(fake.run(provider.retrieve({})).error().message(),
            "credential_process: \"get-keys\" ended with status 1");

  fake.processes.output = std::string("secret");
  EXPECT_EQ(fake.run(provider.retrieve({})).error().message(),
            "credential_process get-keys: credentials are not JSON: Invalid value. at byte 0");
}

}  // namespace
}  // namespace tributary::aws
