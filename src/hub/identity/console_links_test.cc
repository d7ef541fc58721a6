#include "hub/identity/console_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr const char* kAdministrator = "arn:aws:iam::222222222222:user/administrator";

class ConsoleLinksTest : public ::testing::Test {
 protected:
  LinkRequest request() const {
    return {.account = std::string(kCentral), .name = "administrator"};
  }
  LinkRequest for_role() {
    hub_.done(hub_.iam(hub_.central(), "CreateRole",
                       {{"RoleName", "viewer"},
                        {"MaxSessionDuration", "7200"},
                        {"AssumeRolePolicyDocument",
                         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
              "Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}]})"}}));
    return {.account = std::string(kCentral), .kind = EntityKind::role, .name = "viewer"};
  }
  std::string token(const LinkRequest& request) {
    const auto link = create_console_link(hub_.store(), request);
    EXPECT_TRUE(link) << link.error().message();
    return link->token;
  }
  ApiResponse redeem(const std::string& token) {
    StsApi sts(hub_.store(), hub_.authenticator(), hub_.authorizer());
    return sts.handle_unsigned({.params = {{"Action", "TributaryRedeemConsoleLink"},
                                           {"Version", "2011-06-15"},
                                           {"Token", token}},
                                .request_id = "request-1"});
  }
  static Credentials credentials(const std::string& xml) {
    return {between(xml, "AccessKeyId"), between(xml, "SecretAccessKey"),
            between(xml, "SessionToken")};
  }

  TestHub hub_;
};

TEST_F(ConsoleLinksTest, SignInAsTheUserForTwelveHours) {
  const std::string link = token(request());

  const ApiResponse response = redeem(link);

  const std::string xml = hub_.done(response);
  EXPECT_EQ(between(xml, "Account"), kCentral);
  EXPECT_EQ(between(xml, "Arn"), kAdministrator);
  EXPECT_EQ(response.action, "sts:TributaryRedeemConsoleLink");
  EXPECT_EQ(response.resource, kAdministrator);
  const Principal principal = hub_.principal(credentials(xml));
  EXPECT_EQ(principal.arn, kAdministrator);
  EXPECT_EQ(principal.expires - hub_.clock().now(), hours(12));
  EXPECT_TRUE(StsApi::is_unsigned("TributaryRedeemConsoleLink"));
}

TEST_F(ConsoleLinksTest, SignInAsARoleForAsLongAsItAllows) {
  const std::string xml = hub_.done(redeem(token(for_role())));

  const Principal principal = hub_.principal(credentials(xml));

  EXPECT_EQ(principal.kind, PrincipalKind::role_session);
  EXPECT_EQ(between(xml, "Arn"), "arn:aws:sts::222222222222:assumed-role/viewer/console");
  EXPECT_EQ(principal.arn, between(xml, "Arn"));
  EXPECT_EQ(principal.expires - hub_.clock().now(), hours(2));
}

TEST_F(ConsoleLinksTest, LastNoLongerThanTheRoleAllowsWhenTheyAreUsed) {
  const std::string link = token(for_role());
  hub_.done(hub_.iam(hub_.central(), "UpdateRole",
                     {{"RoleName", "viewer"}, {"MaxSessionDuration", "3600"}}));

  const Principal principal = hub_.principal(credentials(hub_.done(redeem(link))));

  EXPECT_EQ(principal.expires - hub_.clock().now(), hours(1));
}

TEST_F(ConsoleLinksTest, AreUsedOnce) {
  const std::string link = token(request());
  hub_.done(redeem(link));

  const ApiResponse again = redeem(link);

  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.error->code, "AccessDenied");
}

TEST_F(ConsoleLinksTest, RefuseUsedExpiredAndInventedTokensInOneText) {
  const std::string used = token(request());
  hub_.done(redeem(used));
  const std::string late = token(request());
  hub_.clock().advance(minutes(5));
  const std::string invented(43, 'A');

  const ApiResponse first = redeem(used);

  EXPECT_EQ(redeem(late).body, first.body);
  EXPECT_EQ(redeem(invented).body, first.body);
  EXPECT_EQ(redeem(late).error->internal, "expired");
  EXPECT_EQ(redeem("").error->code, "ValidationError");
}

TEST_F(ConsoleLinksTest, EndWithTheirUser) {
  hub_.done(hub_.iam(hub_.central(), "CreateUser", {{"UserName", "guest"}}));
  LinkRequest guest = request();
  guest.name = "guest";
  const std::string link = token(guest);

  hub_.done(hub_.iam(hub_.central(), "DeleteUser", {{"UserName", "guest"}}));

  EXPECT_EQ(redeem(link).status, 403);
}

TEST_F(ConsoleLinksTest, KeepOnlyTheHashOfTheToken) {
  const auto link = create_console_link(hub_.store(), request());
  ASSERT_TRUE(link);

  const auto kept = hub_.store().find_console_link(link->token);

  EXPECT_EQ(link->token.size(), 43U);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(*kept);
}

TEST_F(ConsoleLinksTest, AreMadeOnlyForWhoIsThereAndWithinLimits) {
  const auto refusal = [&](LinkRequest wanted) {
    const auto made = create_console_link(hub_.store(), wanted);
    return made ? std::string() : made.error().message();
  };
  LinkRequest nobody = request();
  nobody.name = "nobody";
  LinkRequest nowhere = request();
  nowhere.account = "333333333333";
  LinkRequest lasting = request();
  lasting.valid = hours(25);
  LinkRequest endless = request();
  endless.session = hours(37);
  LinkRequest beyond_role = for_role();
  beyond_role.session = hours(3);

  EXPECT_THAT(refusal(nobody), HasSubstr("user \"nobody\""));
  EXPECT_THAT(refusal(nowhere), HasSubstr("account \"333333333333\""));
  EXPECT_THAT(refusal(lasting), HasSubstr("25h0m0s: must be 10s to 24h0m0s"));
  EXPECT_THAT(refusal(endless), HasSubstr("37h0m0s: must be 15m0s to 36h0m0s"));
  EXPECT_THAT(refusal(beyond_role), HasSubstr("3h0m0s: must be 15m0s to 2h0m0s"));
}

class SessionTokenTest : public ConsoleLinksTest {
 protected:
  Credentials session(std::map<std::string, std::string> values = {}) {
    return credentials(hub_.done(hub_.sts(hub_.workload(), "GetSessionToken", std::move(values))));
  }
};

TEST_F(SessionTokenTest, IsTheUserHimselfUntilItExpires) {
  const Credentials temporary = session({{"DurationSeconds", "900"}});

  const Principal principal = hub_.principal(temporary);

  EXPECT_TRUE(temporary.id.starts_with("ASIA"));
  EXPECT_EQ(principal.kind, PrincipalKind::user);
  EXPECT_EQ(principal.arn, "arn:aws:iam::111111111111:user/administrator");
  EXPECT_EQ(principal.expires - hub_.clock().now(), seconds(900));
  hub_.clock().advance(seconds(900));
  auto late = hub_.authenticator().find(temporary.id, temporary.token);
  ASSERT_TRUE(std::holds_alternative<ApiError>(late));
  EXPECT_EQ(std::get<ApiError>(late).code, "ExpiredToken");
}

TEST_F(SessionTokenTest, HasThePermissionsOfTheUser) {
  const Principal principal = hub_.principal(session());
  const AccessRequest query{.principal = principal,
                            .action = "aps:QueryMetrics",
                            .resource = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-1"};

  const auto before = hub_.authorizer().authorize(query);
  hub_.done(hub_.iam(
      hub_.workload(), "PutUserPolicy",
      {{"UserName", "administrator"},
       {"PolicyName", "not-by-sessions"},
       {"PolicyDocument", R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aps:*",
         "Resource":"*","Condition":{"Null":{"aws:TokenIssueTime":"false"}}}]})"}}));
  const auto after = hub_.authorizer().authorize(query);

  EXPECT_TRUE(before && before->allowed());
  EXPECT_TRUE(after && after->verdict == Verdict::explicit_deny);
}

TEST_F(SessionTokenTest, EndsWithItsUserButNotWithTheKeyThatAskedForIt) {
  hub_.done(hub_.iam(hub_.workload(), "CreateUser", {{"UserName", "guest"}}));
  const std::string key =
      hub_.done(hub_.iam(hub_.workload(), "CreateAccessKey", {{"UserName", "guest"}}));
  const Credentials own = {between(key, "AccessKeyId"), between(key, "SecretAccessKey"), ""};
  const Credentials temporary = credentials(hub_.done(hub_.sts(own, "GetSessionToken")));

  hub_.done(hub_.iam(hub_.workload(), "DeleteAccessKey",
                     {{"UserName", "guest"}, {"AccessKeyId", own.id}}));
  const auto without_key = hub_.authenticator().find(temporary.id, temporary.token);
  hub_.done(hub_.iam(hub_.workload(), "DeleteUser", {{"UserName", "guest"}}));
  const auto without_user = hub_.authenticator().find(temporary.id, temporary.token);

  EXPECT_TRUE(std::holds_alternative<AuthenticatedPtr>(without_key));
  ASSERT_TRUE(std::holds_alternative<ApiError>(without_user));
  EXPECT_EQ(std::get<ApiError>(without_user).code, "InvalidClientTokenId");
}

TEST_F(SessionTokenTest, CallsNeitherIamNorMostOfSts) {
  const Credentials temporary = session();

  const auto code = [](const ApiResponse& response) {
    return response.error ? response.error->code : "";
  };
  EXPECT_EQ(code(hub_.iam(temporary, "ListRoles")), "InvalidClientTokenId");
  EXPECT_EQ(hub_.iam(temporary, "ListRoles").action, "iam:ListRoles");
  EXPECT_EQ(hub_.iam(temporary, "MakeItUp").action, "");
  EXPECT_EQ(code(hub_.sts(temporary, "GetSessionToken")), "AccessDenied");
  EXPECT_EQ(code(hub_.sts(temporary, "GetAccessKeyInfo", {{"AccessKeyId", temporary.id}})),
            "AccessDenied");
  EXPECT_EQ(code(hub_.sts(temporary, "TributaryIssueTaskCredentials")), "AccessDenied");
  EXPECT_EQ(between(hub_.done(hub_.sts(temporary, "GetCallerIdentity")), "Arn"),
            "arn:aws:iam::111111111111:user/administrator");
}

TEST_F(SessionTokenTest, AssumesRoles) {
  for_role();
  const Credentials own = credentials(hub_.done(hub_.sts(hub_.central(), "GetSessionToken")));

  const ApiResponse response =
      hub_.sts(own, "AssumeRole",
               {{"RoleArn", "arn:aws:iam::222222222222:role/viewer"}, {"RoleSessionName", "me"}});

  EXPECT_EQ(response.status, 200) << response.body;
}

TEST_F(SessionTokenTest, IsRefusedToRolesAndForOddDurations) {
  const Credentials role = credentials(hub_.done(redeem(token(for_role()))));

  const auto refused = [&](const char* duration) {
    return hub_.sts(hub_.workload(), "GetSessionToken", {{"DurationSeconds", duration}}).status;
  };
  EXPECT_EQ(hub_.sts(role, "GetSessionToken").error->message,
            "Cannot call GetSessionToken with session credentials");
  EXPECT_EQ(refused("899"), 400);
  EXPECT_EQ(refused("129601"), 400);
  EXPECT_EQ(refused("129600"), 200);
}

}  // namespace
}  // namespace tributary::hub::identity
