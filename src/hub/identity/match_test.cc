#include "hub/identity/match.h"

#include <gtest/gtest.h>

#include "hub/identity/compare.h"

namespace tributary::hub::identity {
namespace {

TEST(Wildcards, MatchRunsAndSingleCharacters) {
  EXPECT_TRUE(wildcard_match("*", ""));
  EXPECT_TRUE(wildcard_match("a*c", "abbbc"));
  EXPECT_TRUE(wildcard_match("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(wildcard_match("a?c", "abc"));
  EXPECT_FALSE(wildcard_match("a?c", "ac"));
  EXPECT_FALSE(wildcard_match("a*c", "abcd"));
  EXPECT_FALSE(wildcard_match("", "a"));
  EXPECT_FALSE(wildcard_match("abc", "ABC"));
  EXPECT_TRUE(wildcard_match_ignore_case("aps:remote*", "aps:RemoteWrite"));
}

TEST(Arns, MatchPartByPart) {
  const RequestContext none;
  const auto matches = [&](std::string_view pattern, std::string_view arn) {
    return arn_matches(pattern, arn, none, true);
  };
  constexpr std::string_view kWorkspace = "arn:aws:aps:eu-west-1:222222222222:workspace/ws-1";

  EXPECT_TRUE(matches("*", kWorkspace));
  EXPECT_TRUE(matches("arn:aws:aps:*:222222222222:workspace/*", kWorkspace));
  EXPECT_TRUE(matches("arn:aws:aps:eu-*:*:*", kWorkspace));
  EXPECT_FALSE(matches("arn:aws:aps:*:111111111111:workspace/*", kWorkspace));
  EXPECT_FALSE(matches("arn:aws:aps:*:workspace/*", kWorkspace)) << "a star stays in its part";
  EXPECT_FALSE(matches("arn:aws:aps:eu-west-1:222222222222:Workspace/*", kWorkspace));
  EXPECT_TRUE(matches("arn:aws:logs:*:*:log-group:*:stream", "arn:aws:logs:r:a:log-group:x:stream"))
      << "the last part may hold colons";
}

TEST(Arns, ReplaceVariables) {
  const RequestContext context{{"aws:username", "ann*"}};
  const auto matches = [&](std::string_view pattern, std::string_view arn, bool variables = true) {
    return arn_matches(pattern, arn, context, variables);
  };

  EXPECT_TRUE(matches("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ann*"));
  EXPECT_FALSE(matches("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/anna"))
      << "a star in a value is a star";
  EXPECT_FALSE(matches("arn:aws:iam::1:user/${aws:missing}", "arn:aws:iam::1:user/"));
  EXPECT_TRUE(matches("arn:aws:iam::1:user/${aws:missing, 'bob'}", "arn:aws:iam::1:user/bob"));
  EXPECT_TRUE(matches("arn:aws:iam::1:user/${*}${?}${$}", "arn:aws:iam::1:user/*?$"));
  EXPECT_TRUE(
      matches("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/${aws:username}", false))
      << "version 2008-10-17 has no variables";
}

// One condition block on a request with aws:SourceIp, aws:tag and a set, aws:TagKeys.
bool holds(std::string_view block) {
  const auto policy = parse_policy(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*",)"
      R"("Condition":)" +
          std::string(block) + "}}",
      PolicyKind::identity);
  EXPECT_TRUE(policy) << policy.error().message() << block;
  if (!policy) return false;
  RequestContext context{{"aws:SourceIp", "10.1.2.3"},
                         {"aws:name", "Bob"},
                         {"aws:age", "42"},
                         {"aws:CurrentTime", "2026-11-22T10:00:00Z"},
                         {"aws:SecureTransport", "true"},
                         {"aws:arn", "arn:aws:iam::111111111111:role/a/b"},
                         {"aws:v6", "2001:db8::1"},
                         {"aws:bytes", "aGVsbG8="}};
  context.set_all("aws:TagKeys", {"team", "stage"});
  return !first_unmet(policy->statements[0], context, policy->has_variables);
}

TEST(Conditions, CompareStrings) {
  EXPECT_TRUE(holds(R"({"StringEquals":{"AWS:Name":["Ann","Bob"]}})"));
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:name":"bob"}})"));
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:name":"B*"}})"));
  EXPECT_TRUE(holds(R"({"StringEqualsIgnoreCase":{"aws:name":"bob"}})"));
  EXPECT_TRUE(holds(R"({"StringLike":{"aws:name":"B?b*"}})"));
  EXPECT_FALSE(holds(R"({"StringNotLike":{"aws:name":["x","B*"]}})"));
  EXPECT_TRUE(holds(R"({"StringNotEquals":{"aws:name":["x","y"]}})"));
  EXPECT_TRUE(holds(R"({"StringEquals":{"aws:name":"${aws:name}"}})"));
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:name":"${aws:nobody}"}})"));
}

TEST(Conditions, CompareNumbersAndDates) {
  EXPECT_TRUE(holds(R"({"NumericEquals":{"aws:age":42.0}})"));
  EXPECT_TRUE(holds(R"({"NumericLessThan":{"aws:age":"43"}})"));
  EXPECT_FALSE(holds(R"({"NumericLessThan":{"aws:age":42}})"));
  EXPECT_TRUE(holds(R"({"NumericLessThanEquals":{"aws:age":42}})"));
  EXPECT_TRUE(holds(R"({"NumericGreaterThanEquals":{"aws:age":42}})"));
  EXPECT_FALSE(holds(R"({"NumericGreaterThan":{"aws:age":42}})"));
  EXPECT_FALSE(holds(R"({"NumericNotEquals":{"aws:age":42}})"));
  EXPECT_FALSE(holds(R"({"NumericEquals":{"aws:name":42}})"));
  EXPECT_TRUE(holds(R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-22"}})"));
  EXPECT_TRUE(holds(R"({"DateLessThan":{"aws:CurrentTime":"2999-12-31T23:59:59Z"}})"));
  EXPECT_FALSE(holds(R"({"DateLessThan":{"aws:CurrentTime":"2026-11-22T10:00:00Z"}})"));
  EXPECT_TRUE(holds(R"({"DateLessThanEquals":{"aws:CurrentTime":"2026-11-22T11:00:00+01:00"}})"));
  EXPECT_TRUE(holds(R"({"DateGreaterThanEquals":{"aws:CurrentTime":1700000000}})"));
}

TEST(Conditions, CompareTheRest) {
  EXPECT_TRUE(holds(R"({"Bool":{"aws:SecureTransport":true}})"));
  EXPECT_FALSE(holds(R"({"Bool":{"aws:SecureTransport":"false"}})"));
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":["192.168.0.0/16","10.1.0.0/16"]}})"));
  EXPECT_FALSE(holds(R"({"NotIpAddress":{"aws:SourceIp":"10.1.2.0/23"}})"));
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":"10.1.2.3"}})"));
  EXPECT_FALSE(holds(R"({"IpAddress":{"aws:SourceIp":"::/0"}})"));
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:v6":"2001:db8::/33"}})"));
  EXPECT_TRUE(holds(R"({"ArnLike":{"aws:arn":"arn:aws:iam::*:role/a/*"}})"));
  EXPECT_TRUE(holds(R"({"ArnEquals":{"aws:arn":"arn:aws:iam::111111111111:role/*"}})"));
  EXPECT_FALSE(holds(R"({"ArnNotLike":{"aws:arn":"arn:aws:iam::*:role/*"}})"));
  EXPECT_TRUE(holds(R"({"BinaryEquals":{"aws:bytes":"aGVsbG8="}})"));
}

TEST(Conditions, TreatAbsentKeys) {
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:gone":"x"}})"));
  EXPECT_TRUE(holds(R"({"StringNotEquals":{"aws:gone":"x"}})"));
  EXPECT_TRUE(holds(R"({"StringEqualsIfExists":{"aws:gone":"x"}})"));
  EXPECT_FALSE(holds(R"({"StringEqualsIfExists":{"aws:name":"x"}})"));
  EXPECT_TRUE(holds(R"({"Null":{"aws:gone":"true"}})"));
  EXPECT_FALSE(holds(R"({"Null":{"aws:name":true}})"));
  EXPECT_TRUE(holds(R"({"Null":{"aws:name":false}})"));
}

TEST(Conditions, QuantifySets) {
  EXPECT_TRUE(holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["team","stage","x"]}})"));
  EXPECT_FALSE(holds(R"({"ForAllValues:StringEquals":{"aws:TagKeys":"team"}})"));
  EXPECT_TRUE(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"stage"}})"));
  EXPECT_FALSE(holds(R"({"ForAnyValue:StringEquals":{"aws:TagKeys":"x"}})"));
  EXPECT_TRUE(holds(R"({"ForAllValues:StringEquals":{"aws:gone":"x"}})"));
  EXPECT_FALSE(holds(R"({"ForAnyValue:StringNotEquals":{"aws:gone":"x"}})"));
  EXPECT_TRUE(holds(R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":"x"}})"));
}

TEST(Conditions, AreAnded) {
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:name":"Bob","aws:age":"41"}})"));
  EXPECT_FALSE(
      holds(R"({"StringEquals":{"aws:name":"Bob"},"Bool":{"aws:SecureTransport":false}})"));
}

}  // namespace
}  // namespace tributary::hub::identity
