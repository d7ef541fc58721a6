#include "hub/gateway/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "hub/gateway/gateway_fixture.h"
#include "hub/identity/console_links.h"
#include "hub/identity/service_api.h"

namespace tributary::hub::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditTest : public GatewayTest {
 protected:
  AuditTest() { audit.clear(); }  // of the workspace that was made
};

TEST_F(AuditTest, LogsAChangeThatIsAskedForByGet) {
  const Call create{.target = "/?Action=CreateAccessKey&Version=2010-05-08",
                    .service = "iam",
                    .region = "us-east-1"};

  const net::Response response = signed_as(admin, create);

  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(audit, HasSubstr("iam:CreateAccessKey"));
  EXPECT_THAT(audit, Not(HasSubstr(between(response.body, "SecretAccessKey"))));
}

TEST_F(AuditTest, LogsAChangeWhateverItsPathLooksLikeBeforeItIsNormalised) {
  const Call remove{.method = "DELETE", .target = "/workspaces/x/api/../../" + workspace};

  EXPECT_EQ(signed_as(admin, remove).status, 202);

  EXPECT_THAT(audit, HasSubstr("aps:DeleteWorkspace"));
}

TEST_F(AuditTest, LogsWhatChangesSamplesThatWereStored) {
  for (const char* path : {"delete_series", "clean_tombstones", "snapshot"}) {
    const std::string target = data("admin/tsdb/" + std::string(path));
    EXPECT_EQ(signed_as(admin, {.method = "POST", .target = target}).status, 200) << path;
    EXPECT_EQ(signed_as(admin, {.method = "PUT", .target = target}).status, 200) << path;
  }

  EXPECT_THAT(audit, HasSubstr("aps:DeleteSeries"));
  EXPECT_THAT(audit, HasSubstr("aps:CleanTombstones"));
  EXPECT_THAT(audit, HasSubstr("aps:CreateSnapshot"));
}

TEST_F(AuditTest, LogsChangesOfDashboards) {
  const Call put{.method = "PUT", .target = "/dashboards/a", .body = R"({"title":"A"})"};

  EXPECT_EQ(signed_as(admin, put).status, 200);

  EXPECT_THAT(audit, HasSubstr("tributary:PutDashboard"));
}

TEST_F(AuditTest, LogsAndKeepsWhatAServiceWasToldToRefuse) {
  const auto made = identities->add_service_key(std::string(identity::kLabService));
  const aws::Credentials lab{.access_key_id = made->key.id, .secret_access_key = made->secret};
  iam("Action=CreateUser&UserName=ann");
  const std::string key = between(iam("Action=CreateAccessKey&UserName=ann").body, "AccessKeyId");
  audit.clear();

  const net::Response response = send(
      sts("Action=TributaryAuthorize&AuthorizedAction=ecs%3ARunTask&Resource=*&AccessKeyId=" + key),
      &lab);

  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(audit, HasSubstr("ecs:RunTask"));
  EXPECT_THAT(audit, HasSubstr("arn:aws:iam::222222222222:user/ann"));
  const std::string denials = signed_as(admin, {.target = "/denials"}).body;
  EXPECT_THAT(denials, HasSubstr(R"("action":"ecs:RunTask")"));
  EXPECT_THAT(denials, HasSubstr("identity"));
}

TEST_F(AuditTest, LogsCredentialsThatAreIssued) {
  iam("Action=CreateRole&RoleName=central&AssumeRolePolicyDocument=" +
      percent_encode(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                     R"("Action":"sts:AssumeRole","Principal":{"AWS":"222222222222"}}})"));
  Call by_get = sts("");
  by_get.method = "GET";
  by_get.target = "/?Action=GetSessionToken&Version=2011-06-15";

  EXPECT_EQ(signed_as(admin, by_get).status, 200);
  const net::Response assumed =
      signed_as(admin, sts("Action=AssumeRole&RoleSessionName=collector&RoleArn=" +
                           percent_encode("arn:aws:iam::222222222222:role/central")));

  EXPECT_EQ(assumed.status, 200) << assumed.body;
  EXPECT_THAT(audit, HasSubstr("sts:GetSessionToken"));
  EXPECT_THAT(audit, HasSubstr("sts:AssumeRole"));
  EXPECT_THAT(audit, Not(HasSubstr(credentials_in(assumed).session_token)));
}

TEST_F(AuditTest, LogsNothingOfWhatOnlyReadsOrWritesSamples) {
  const Call write{.method = "POST", .target = data("remote_write"), .body = "bytes"};

  EXPECT_EQ(signed_as(admin, write).status, 204);
  EXPECT_EQ(signed_as(admin, {.method = "POST", .target = data("query")}).status, 200);
  EXPECT_EQ(signed_as(admin, {.target = "/workspaces"}).status, 200);
  EXPECT_EQ(signed_as(admin, sts("Action=GetCallerIdentity")).status, 200);
  iam("Action=ListRoles");

  EXPECT_THAT(audit, IsEmpty());
}

TEST_F(AuditTest, TakesALinksTokenFromABodyOnly) {
  const auto link = identity::create_console_link(
      *identities, {.account = "222222222222", .name = "administrator"});
  ASSERT_TRUE(link) << link.error().message();
  const std::string redeem = "Action=TributaryRedeemConsoleLink&Token=" + link->token;

  const net::Response by_get = send({.target = "/?" + redeem + "&Version=2011-06-15"}, nullptr);
  const net::Response by_post = send(sts(redeem), nullptr);

  EXPECT_EQ(by_get.status, 403);
  EXPECT_EQ(by_post.status, 200) << "it was not used up";
  EXPECT_THAT(audit, HasSubstr("sts:TributaryRedeemConsoleLink"));
  EXPECT_THAT(audit, Not(HasSubstr(link->token)));
}

TEST_F(AuditTest, ShortensWhatACallerCallsAResource) {
  const std::string arn(1U << 20, 'a');

  EXPECT_EQ(signed_as(admin, sts("Action=AssumeRole&RoleArn=" + arn)).status, 400);
  EXPECT_EQ(signed_as(admin, sts("Action=TributaryAuthorize&Resource=" + arn)).status, 400);

  EXPECT_THAT(audit, HasSubstr("sts:TributaryAuthorize"));
  EXPECT_LT(audit.size(), 10'000U);
}

TEST_F(AuditTest, CountsNoActionThatThereIsNot) {
  const aws::Credentials session = credentials_in(signed_as(admin, sts("Action=GetSessionToken")));

  const net::Response refused = send(sts("Action=Nonsense"), &session);

  EXPECT_THAT(refused.body, HasSubstr("<Code>InvalidAction</Code>"));
  EXPECT_THAT(send({.target = "/metrics"}, nullptr).body, Not(HasSubstr("Nonsense")));
  EXPECT_THAT(signed_as(admin, {.target = "/denials"}).body, Not(HasSubstr("Nonsense")));
  EXPECT_EQ(send(sts("Action=GetAccessKeyInfo"), &session).status, 403);
  EXPECT_THAT(audit, HasSubstr("sts:GetAccessKeyInfo"));
}

}  // namespace
}  // namespace tributary::hub::gateway
