#include "aws/sts_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_text.h"

namespace tributary::aws {
namespace {

using testing::HasSubstr;

std::string endpoint(std::string_view region, std::map<std::string, std::string> variables = {}) {
  const EnvFunction env = [&](std::string_view name) { return variables[std::string(name)]; };
  const auto url = sts_endpoint(region, env);
  return url ? url->to_string() : url.error().message();
}

TEST(StsEndpoint, IsRegional) {
  EXPECT_EQ(endpoint("eu-west-1"), "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(endpoint("us-gov-west-1"), "https://sts.us-gov-west-1.amazonaws.com/");
  EXPECT_EQ(endpoint("aws-global"), "https://sts.amazonaws.com/");
  EXPECT_EQ(endpoint("us-east-1", {{"AWS_USE_FIPS_ENDPOINT", "true"}}),
            "https://sts-fips.us-east-1.amazonaws.com/");
}

TEST(StsEndpoint, IsTheOneOfTheEnvironmentFirst) {
  EXPECT_EQ(endpoint("eu-west-1", {{"AWS_ENDPOINT_URL", "http://127.0.0.1:9009"}}),
            "http://127.0.0.1:9009/");
  EXPECT_EQ(endpoint("", {{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_STS", "http://b"}}),
            "http://b/");
}

TEST(StsEndpoint, NeedsARegion) {
  EXPECT_THAT(endpoint(""), HasSubstr("the region must be like eu-west-1, got \"\""));
  EXPECT_THAT(endpoint("evil.com/"), HasSubstr("got \"evil.com/\""));
  EXPECT_THAT(endpoint("eu-west-1", {{"AWS_ENDPOINT_URL_STS", "nonsense"}}),
              HasSubstr("AWS_ENDPOINT_URL_STS: "));
}

TEST(StsRequest, IsAForm) {
  const RoleHop hop{.role_arn = "arn:aws:iam::222222222222:role/x",
                    .session_name = "me",
                    .external_id = "a b",
                    .duration = 900s};

  EXPECT_EQ(assume_role_body(hop),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole"
            "%2Fx&RoleSessionName=me&DurationSeconds=900&ExternalId=a%20b");
  EXPECT_THAT(web_identity_body(hop, "a.b.c"),
              HasSubstr("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"));
  EXPECT_THAT(web_identity_body(hop, "a.b.c"), HasSubstr("&WebIdentityToken=a.b.c"));
}

TEST(StsAnswer, GivesTheCredentialsOfTheSession) {
  const auto credentials = parse_assumed_role(
      "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
      "<AssumedRoleUser><AssumedRoleId>AROA:me</AssumedRoleId>"
      "<Arn>arn:aws:sts::222222222222:assumed-role/x/me</Arn></AssumedRoleUser>"
      "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey>"
      "<SessionToken>t</SessionToken><Expiration>2026-11-22T10:19:10Z</Expiration></Credentials>"
      "</AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
      "</AssumeRoleResponse>");

  ASSERT_TRUE(credentials) << credentials.error().message();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->secret_access_key, "s/+=");
  EXPECT_EQ(credentials->session_token, "t");
  EXPECT_EQ(credentials->expiration, parse_iso8601("2026-11-22T10:19:10Z"));
  EXPECT_EQ(credentials->principal(), "arn:aws:sts::222222222222:assumed-role/x/me");
}

TEST(StsAnswer, MustBeWhole) {
  EXPECT_THAT(parse_assumed_role("<a/>").error().message(), HasSubstr("no AssumeRoleResult"));
  EXPECT_THAT(parse_assumed_role("<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                                 "<AccessKeyId>A</AccessKeyId></Credentials></AssumeRoleResult>"
                                 "</AssumeRoleResponse>")
                  .error()
                  .message(),
              HasSubstr("lacks AccessKeyId, SecretAccessKey"));
  EXPECT_THAT(parse_assumed_role("not xml").error().message(), HasSubstr("XML"));
}

TEST(SessionName, HoldsOnlyWhatStsTakes) {
  EXPECT_EQ(session_name_from("tributary-a_b=c,d.e@f"), "tributary-a_b=c,d.e@f");
  EXPECT_EQ(session_name_from("a b/c:d"), "a-b-c-d");
  EXPECT_EQ(session_name_from(std::string(100, 'x')).size(), 64U);
}

}  // namespace
}  // namespace tributary::aws
