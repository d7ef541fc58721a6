#include "hub/identity/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::hub::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kRemoteWrite = R"({"Version":"2012-10-17","Statement":[
  {"Sid":"Write","Effect":"Allow","Action":["aps:RemoteWrite"],"Resource":"*"}]})";

std::string refusal(std::string_view text, PolicyKind kind = PolicyKind::identity) {
  const auto policy = parse_policy(text, kind);
  return policy ? "accepted" : policy.error().message();
}

// A policy of one identity statement with this inside, besides Effect.
std::string with(std::string_view inside) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + std::string(inside) + "}]}";
}

TEST(Policy, ReadsStatements) {
  const auto policy = parse_policy(kRemoteWrite, PolicyKind::identity);

  ASSERT_TRUE(policy) << policy.error().message();
  ASSERT_EQ(policy->statements.size(), 1U);
  EXPECT_TRUE(policy->has_variables);
  EXPECT_EQ(policy->statements[0].sid, "Write");
  EXPECT_EQ(policy->statements[0].effect, Effect::allow);
  EXPECT_THAT(policy->statements[0].actions, ElementsAre("aps:RemoteWrite"));
  EXPECT_THAT(policy->statements[0].resources, ElementsAre("*"));
}

TEST(Policy, ReadsAStatementThatStandsAlone) {
  const auto policy = parse_policy(
      R"({"Statement":{"Effect":"Deny","NotAction":"iam:*",
          "NotResource":"arn:aws:iam::*:user/x"}})",
      PolicyKind::identity);

  ASSERT_TRUE(policy) << policy.error().message();
  EXPECT_FALSE(policy->has_variables);
  EXPECT_TRUE(policy->statements[0].not_actions);
  EXPECT_TRUE(policy->statements[0].not_resources);
}

TEST(Policy, SaysWhereTheJsonIsBroken) {
  EXPECT_THAT(refusal("{\"Version\":\"2012-10-17\",\n  \"Statement\": [}"),
              testing::AllOf(HasSubstr("This policy contains invalid Json"),
                             HasSubstr("line 2, column 17")));
  EXPECT_THAT(refusal("{bad"), HasSubstr("This policy contains invalid Json"));
  EXPECT_THAT(refusal(""), HasSubstr("This policy contains invalid Json"));
  EXPECT_THAT(refusal("\"text\""), HasSubstr("Syntax errors in policy"));
}

TEST(Policy, RefusesWhatIamRefuses) {
  const auto refuses = [](std::string_view inside, std::string_view why) {
    EXPECT_THAT(refusal(with(inside)), HasSubstr(std::string(why))) << inside;
  };
  refuses(R"("Resource":"*")", "Policy statement must contain actions.");
  refuses(R"("Action":"aps:*")", "Policy statement must contain resources.");
  refuses(R"("Action":"aps:*","Resource":"*","Principal":"*")",
          "Has prohibited field Principal (at Statement[0])");
  refuses(R"("Action":"RemoteWrite","Resource":"*")",
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  refuses(R"("Action":"a*s:RemoteWrite","Resource":"*")", "Vendor a*s is not valid");
  refuses(R"("Action":"a:b:c","Resource":"*")", "must be prefaced by a vendor");
  refuses(R"("Action":"aps:*","Resource":"workspace/x")",
          R"(Resource workspace/x must be in ARN format or "*".)");
  refuses(R"("Action":"aps:*","Resource":"arn:aws:a*:eu-west-1:1:x")", "Vendor a* is not valid");
  refuses(R"("Action":"aps:*","Resource":"*","Sid":"no blanks")", "must be alpha-numeric");
  refuses(R"("Action":"aps:*","Resource":"*","Resources":"*")",
          "Unknown field Resources, did you mean Resource?");
  refuses(R"("Action":"aps:*","Action":"iam:*","Resource":"*")", "Duplicate field Action");
  refuses(R"("Action":"aps:*","NotAction":"iam:*","Resource":"*")", "Both Action and NotAction");
  refuses(R"("Action":[],"Resource":"*")", "The array is empty");
  refuses(R"("Action":{"a":1},"Resource":"*")", "Expected a string or an array of strings");
  refuses(R"("Action":"aps:*","Resource":"*","Condition":{"StringIs":{"aws:x":"y"}})",
          "Invalid Condition type : StringIs");
  refuses(R"("Action":"aps:*","Resource":"*","Condition":{"NullIfExists":{"aws:x":"true"}})",
          "Invalid Condition type : NullIfExists");
  refuses(
      R"("Action":"aps:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10/8"}})",
      "Invalid value \"10/8\" for IpAddress (at Statement[0].Condition.IpAddress.aws:SourceIp)");
  refuses(R"("Action":"aps:*","Resource":"*","Condition":{"StringEquals":{"key":"y"}})",
          "prefaced by a vendor");
}

TEST(Policy, RefusesBrokenDocuments) {
  EXPECT_THAT(refusal(R"({"Version":"2012-10-18","Statement":[]})"),
              HasSubstr("valid version string"));
  EXPECT_THAT(refusal(R"({"Version":"2012-10-17"})"),
              HasSubstr("Missing required field Statement"));
  EXPECT_THAT(refusal(R"({"Version":"2012-10-17","Statement":[]})"),
              HasSubstr("There are no statements"));
  EXPECT_THAT(refusal(R"({"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]})"),
              HasSubstr("Invalid effect: allow"));
  EXPECT_THAT(refusal(R"({"Statement":[{"Action":"*","Resource":"*"}]})"),
              HasSubstr("Missing required field Effect"));
  EXPECT_THAT(refusal(R"({"Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},
                               {"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]})"),
              HasSubstr("must be unique"));
}

TEST(Policy, ReadsTrustPolicies) {
  const auto policy = parse_policy(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
          "Principal":{"AWS":["arn:aws:iam::111111111111:root","222222222222"],
                       "Service":"ecs-tasks.amazonaws.com"},
          "Action":"sts:AssumeRole",
          "Condition":{"StringEquals":{"sts:ExternalId":"42"}}}]})",
      PolicyKind::trust);

  ASSERT_TRUE(policy) << policy.error().message();
  const Statement& statement = policy->statements[0];
  ASSERT_EQ(statement.principals.size(), 3U);
  EXPECT_EQ(statement.principals[1].value, "222222222222");
  EXPECT_EQ(statement.principals[2].type, PrincipalPattern::Type::service);
  EXPECT_THAT(statement.conditions[0].values, ElementsAre("42"));
}

TEST(Policy, RefusesTrustPoliciesThatIamRefuses) {
  const auto refuses = [](std::string_view inside, std::string_view why) {
    EXPECT_THAT(refusal(with(inside), PolicyKind::trust), HasSubstr(std::string(why))) << inside;
  };
  refuses(R"("Action":"sts:AssumeRole")", "Missing required field Principal");
  refuses(R"("Principal":"*","Action":"sts:AssumeRole","Resource":"*")",
          "Has prohibited field Resource");
  refuses(R"("Principal":"*","Action":"s3:GetObject")",
          "AssumeRole policy may only specify STS AssumeRole actions");
  refuses(R"("Principal":"*","Action":"*")", "may only specify STS AssumeRole actions");
  refuses(R"("Principal":{"AWS":"arn:aws:iam::111111111111:role/*"},"Action":"sts:AssumeRole")",
          R"(Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/*")");
  refuses(R"("Principal":{"AWS":"arn:aws:iam::111111111111:group/x"},"Action":"sts:AssumeRole")",
          "Invalid principal in policy");
  refuses(R"("Principal":{"Aws":"111111111111"},"Action":"sts:AssumeRole")",
          "Invalid principal in policy");
  refuses(R"("Principal":"everyone","Action":"sts:AssumeRole")", "Invalid principal in policy");
  refuses(R"("NotPrincipal":{"AWS":"111111111111"},"Action":"sts:AssumeRole")",
          "Allow with NotPrincipal is not allowed.");
}

TEST(Policy, ReplacesAwsPrincipalsOnly) {
  const auto replaced = replace_aws_principals(
      R"({ "Version" : "2012-10-17", "Statement" : { "Effect":"Allow",
           "Principal":{"AWS":["a","b"],"Service":"s.amazonaws.com"},
           "Action":"sts:AssumeRole" } })",
      [](std::string_view name) -> Result<std::string> { return "<" + std::string(name) + ">"; });

  ASSERT_TRUE(replaced);
  EXPECT_EQ(*replaced, R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                       R"("Principal":{"AWS":["<a>","<b>"],"Service":"s.amazonaws.com"},)"
                       R"("Action":"sts:AssumeRole"}})");
}

TEST(Policy, SurvivesDepth) {
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("invalid Json"));
  EXPECT_THAT(refusal(std::string(200'000, ' ')), HasSubstr("200000 bytes"));
}

}  // namespace
}  // namespace tributary::hub::identity
