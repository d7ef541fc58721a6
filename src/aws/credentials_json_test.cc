#include "aws/credentials_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_text.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EndpointCredentials, AreRead) {
  const auto credentials = parse_endpoint_credentials(
      R"({"Code":"Success","RoleArn":"r","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t",
          "Expiration":"2015-08-30T12:36:00Z"})");

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->secret_access_key, "s");
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_EQ(iso8601(*credentials->expiration), "2015-08-30T12:36:00Z");
}

TEST(EndpointCredentials, AnErrorInThemIsOne) {
  EXPECT_EQ(parse_endpoint_credentials(R"({"code":"X","message":"no such role"})").error(),
            Error(Code::unauthenticated, "the credentials endpoint says X: no such role"));
  EXPECT_EQ(parse_endpoint_credentials(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"m"})")
                .error()
                .message(),
            "the credentials endpoint says AssumeRoleUnauthorizedAccess: m");
}

TEST(EndpointCredentials, WhatIsMissingIsNamedAndNoSecretIs) {
  const auto refusal = [](std::string_view json) {
    return parse_endpoint_credentials(json).error().message();
  };

  EXPECT_EQ(refusal("[]"), "credentials must be a JSON object");
  EXPECT_THAT(refusal("{\"SecretAccessKey\":\"hidden\""), HasSubstr("credentials are not JSON"));
  EXPECT_THAT(refusal("{\"SecretAccessKey\":\"hidden\""), Not(HasSubstr("hidden")));
  EXPECT_EQ(refusal(R"({"SecretAccessKey":"hidden"})"), "credentials have no AccessKeyId");
  EXPECT_EQ(refusal(R"({"AccessKeyId":"a","SecretAccessKey":1})"),
            "credentials have no SecretAccessKey");
  EXPECT_EQ(refusal(R"({"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"soon"})"),
            "Expiration of credentials must be an ISO 8601 time, got \"soon\"");
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("not JSON"));
}

TEST(ProcessCredentials, MustBeOfVersion1) {
  const auto credentials = parse_process_credentials(
      R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","SessionToken":"c"})");

  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->session_token, "c");
  EXPECT_EQ(credentials->expiration, std::nullopt);
  for (const auto* json : {R"({"AccessKeyId":"a","SecretAccessKey":"b"})",
                           R"({"Version":2,"AccessKeyId":"a","SecretAccessKey":"b"})"}) {
    EXPECT_EQ(parse_process_credentials(json).error().message(),
              "credentials of a process must have \"Version\": 1");
  }
}

TEST(TaskMetadata, TellsTheTaskArn) {
  EXPECT_EQ(parse_task_arn(R"({"TaskARN":"arn:aws:ecs:eu-west-1:1:task/c/abc"})"),
            "arn:aws:ecs:eu-west-1:1:task/c/abc");
  EXPECT_EQ(parse_task_arn("{}"), "");
  EXPECT_EQ(parse_task_arn("x"), "");
}

}  // namespace
}  // namespace tributary::aws
