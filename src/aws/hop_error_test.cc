#include "aws/hop_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kDenied =
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
    "<Code>AccessDenied</Code><Message>User: arn:aws:sts::111111111111:assumed-role/task/t is not "
    "authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/central"
    "</Message></Error><RequestId>id-1</RequestId></ErrorResponse>";

net::Response response(int status, std::string body, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

std::string cause(Refusal refusal, bool external_id_given = false) {
  return advise(refusal, {.action = "sts:AssumeRole",
                          .caller = "arn:aws:sts::111111111111:assumed-role/task/t",
                          .role_arn = "arn:aws:iam::222222222222:role/central",
                          .external_id_given = external_id_given})
      .likely_cause;
}

TEST(Refusal, IsReadFromXml) {
  const Refusal refusal = parse_refusal(response(403, std::string(kDenied)));

  EXPECT_EQ(refusal.code, "AccessDenied");
  EXPECT_EQ(refusal.request_id, "id-1");
  EXPECT_EQ(caller_in_message(refusal.message), "arn:aws:sts::111111111111:assumed-role/task/t");
}

TEST(Refusal, IsReadFromJsonAndHeaders) {
  const Refusal typed = parse_refusal(response(
      403, R"({"message":"m"})",
      {{"x-amzn-ErrorType", "AccessDeniedException:http://x"}, {"x-amzn-RequestId", "id-2"}}));
  const Refusal in_body =
      parse_refusal(response(400, R"({"__type":"com.amazon#Boom","Message":"M"})"));
  const Refusal plain = parse_refusal(response(502, "bad gateway\n"));

  EXPECT_EQ(typed.code, "AccessDeniedException");
  EXPECT_EQ(typed.message, "m");
  EXPECT_EQ(typed.request_id, "id-2");
  EXPECT_EQ(in_body.code, "Boom");
  EXPECT_EQ(in_body.message, "M");
  EXPECT_EQ(plain.message, "bad gateway");
}

TEST(Refusal, OfAnyBytesIsBounded) {
  EXPECT_EQ(parse_refusal(response(403, std::string(5000, 'x'))).message.size(), 1024U);
  EXPECT_EQ(parse_refusal(response(403, "<broken")).code, "");
  EXPECT_EQ(parse_refusal(response(403, "{broken")).message, "");
}

TEST(Remedy, FollowsTheCodeOrTheMessage) {
  const auto remedy = [](std::string code, std::string message = "") {
    return remedy_of({.code = std::move(code), .message = std::move(message)});
  };

  EXPECT_EQ(remedy("ExpiredToken"), Remedy::refresh_credentials);
  EXPECT_EQ(remedy("UnrecognizedClientException"), Remedy::refresh_credentials);
  EXPECT_EQ(remedy("", "The security token included in the request is expired"),
            Remedy::refresh_credentials);
  EXPECT_EQ(remedy("SignatureDoesNotMatch",
                   "Signature expired: 20220127T014443Z is now earlier than 20220127T015928Z"),
            Remedy::fix_clock);
  EXPECT_EQ(remedy("RequestTimeTooSkewed"), Remedy::fix_clock);
  EXPECT_EQ(remedy("AccessDenied"), Remedy::none);
}

TEST(LikelyCause, OfADeniedRoleNamesBothSidesOrTheOneThatAwsNames) {
  const std::string denied = "User: x is not authorized to perform: sts:AssumeRole on resource: y ";

  EXPECT_THAT(
      cause({.code = "AccessDenied", .message = denied}),
      AllOf(StartsWith("either the trust policy of arn:aws:iam::222222222222:role/central "
                       "does not let arn:aws:sts::111111111111:assumed-role/task/t in"),
            HasSubstr("none is set"),
            HasSubstr("or no permission policy of "
                      "arn:aws:sts::111111111111:assumed-role/task/t allows sts:AssumeRole")));
  EXPECT_THAT(cause({.code = "AccessDenied", .message = denied}, true),
              HasSubstr("a condition such as sts:ExternalId"));
  EXPECT_THAT(cause({.code = "AccessDenied",
                     .message = denied + "because no role trust policy allows the action"}),
              AllOf(StartsWith("the trust policy"), Not(HasSubstr("permission policy"))));
  EXPECT_THAT(cause({.code = "AccessDenied",
                     .message = denied + "because no identity-based policy allows the action"}),
              StartsWith("no permission policy"));
  EXPECT_THAT(cause({.code = "AccessDenied",
                     .message = denied + "with an explicit deny in an identity-based policy"}),
              HasSubstr("Effect Deny"));
}

TEST(LikelyCause, IsWhatAHubExplains) {
  const Refusal refusal =
      parse_refusal(response(403, std::string(kDenied),
                             {{"x-tributary-denial", "the trust policy has no statement for x"}}));

  EXPECT_EQ(cause(refusal), "the trust policy has no statement for x");
}

TEST(LikelyCause, OfOtherRefusals) {
  EXPECT_THAT(cause({.code = "ExpiredToken"}), HasSubstr("have expired"));
  EXPECT_THAT(cause({.code = "InvalidClientTokenId"}), HasSubstr("are unknown here"));
  EXPECT_THAT(cause({.message = "Signature expired: a is now earlier than b"}), HasSubstr("clock"));
  EXPECT_THAT(
      cause({.message = "The request signature we calculated does not match the signature"}),
      HasSubstr("secret access key is wrong, or a proxy"));
  EXPECT_EQ(cause({.code = "Throttling"}), "");
}

TEST(Advice, SaysWhatToDo) {
  const auto action = [](Refusal refusal) {
    return advise(refusal, {.action = "aps:RemoteWrite", .caller = "arn:me", .role_arn = ""})
        .next_action;
  };

  EXPECT_EQ(action({.code = "AccessDeniedException"}),
            "allow aps:RemoteWrite in a permission policy of arn:me");
  EXPECT_EQ(action({.code = "AccessDenied", .message = "with an explicit deny"}),
            "take aps:RemoteWrite out of that statement");
  EXPECT_EQ(action({.code = "RequestTimeTooSkewed"}), "set it, as by NTP");
  EXPECT_EQ(action({.code = "ExpiredToken"}), "see what keeps their source from giving new ones");
  EXPECT_EQ(action({.code = "RegionDisabledException"}),
            "activate it, or set sts_region to one where it is");
  EXPECT_EQ(action({.code = "Unheard"}), "");
}

TEST(HopError, SaysAllThatIsKnownInOneSentence) {
  const HopError error{.hop = "sts:AssumeRole",
                       .caller = "AKIA1",
                       .role_arn = "arn:r",
                       .region = "eu-west-1",
                       .endpoint = "https://sts/",
                       .http_status = 403,
                       .code = "AccessDenied",
                       .message = "no",
                       .request_id = "id",
                       .likely_cause = "trust",
                       .next_action = "mend it"};

  EXPECT_EQ(error.to_string(),
            "sts:AssumeRole of arn:r by AKIA1 in eu-west-1 at https://sts/ was answered with HTTP "
            "403 AccessDenied: no; request id id; likely cause: trust; next: mend it");
  EXPECT_EQ((HopError{.hop = "x", .message = "refused"}.to_string()), "x failed: refused");
  EXPECT_EQ(error.fields().size(), 11U);
}

}  // namespace
}  // namespace tributary::aws
