#include "hub/gateway/console_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "base/strings.h"
#include "hub/gateway/gateway_fixture.h"
#include "hub/identity/console_links.h"

namespace tributary::hub::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConsoleApiTest : public GatewayTest {
 protected:
  static rapidjson::Document json(const net::Response& response) {
    rapidjson::Document document;
    document.Parse(response.body.c_str());
    EXPECT_TRUE(!document.HasParseError() && document.IsObject()) << response.body;
    return document;
  }

  // A user of the admin's account with this policy.
  identity::NewAccount user(const std::string& name, std::string_view policy) {
    iam("Action=CreateUser&UserName=" + name);
    iam("Action=PutUserPolicy&UserName=" + name +
        "&PolicyName=p&PolicyDocument=" + percent_encode(policy));
    const std::string key = iam("Action=CreateAccessKey&UserName=" + name).body;
    identity::NewAccount account = admin;
    account.access_key_id = between(key, "AccessKeyId");
    account.secret_access_key = between(key, "SecretAccessKey");
    return account;
  }
  static std::string allow(const std::string& action, const std::string& resource) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + action +
           R"(","Resource":")" + resource + R"("}})";
  }
};

TEST_F(ConsoleApiTest, ListsWorkspacesOfEveryRegionThatTheCallerMayList) {
  signed_as(admin, {.method = "POST", .target = "/workspaces", .region = "us-east-1"});
  signed_as(admin, {.method = "POST", .target = "/workspaces", .region = "us-west-2"});
  signed_as(other, {.method = "POST", .target = "/workspaces", .region = "eu-north-1"});
  const auto european =
      user("european", allow("aps:ListWorkspaces", "arn:aws:aps:eu-*:*:/workspaces"));
  const auto nobody = user("nobody", allow("aps:QueryMetrics", "*"));
  const Call all{.target = "/workspaces?regions=all", .region = "us-east-1"};
  const auto count = [&](const identity::NewAccount& account, const Call& call) {
    return json(signed_as(account, call))["workspaces"].Size();
  };

  EXPECT_EQ(count(admin, all), 3U);
  EXPECT_EQ(count(admin, {.target = "/workspaces", .region = "us-east-1"}), 1U);
  EXPECT_EQ(count(european, all), 1U);
  const net::Response denied = signed_as(nobody, all);
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body, HasSubstr("arn:aws:aps:us-east-1:222222222222:/workspaces"));
}

TEST_F(ConsoleApiTest, TellsWhoWritesAndWhatIsRefused) {
  Call write{.method = "POST", .target = data("remote_write"), .body = "bytes"};
  write.headers.set("User-Agent", "tributary/1.0");
  store.outcome.samples_stored = 600;
  store.outcome.refused["out of order sample"] = {2, "out of order sample. series=up"};
  signed_as(admin, write);
  signed_as(admin, {.target = data("query") + "?query=up"});
  signed_as(admin, {.target = data("labels")});
  clock.advance(60s);

  const net::Response response = signed_as(admin, {.target = data("status/activity")});

  const rapidjson::Document document = json(response);
  const auto& activity = document["data"];
  EXPECT_STREQ(document["status"].GetString(), "success");
  EXPECT_DOUBLE_EQ(activity["ingest"]["samplesPerSecond"].GetDouble(), 10);
  EXPECT_DOUBLE_EQ(activity["query"]["queriesPerSecond"].GetDouble(), 0.017);
  EXPECT_EQ(activity["query"]["running"].GetInt(), 0);
  EXPECT_EQ(activity["series"]["active"].GetInt(), 42);
  const auto& writer = activity["writers"][0];
  EXPECT_STREQ(writer["principal"].GetString(), "arn:aws:iam::222222222222:user/administrator");
  EXPECT_STREQ(writer["userAgent"].GetString(), "tributary/1.0");
  EXPECT_FALSE(writer.HasMember("session"));
  EXPECT_EQ(writer["samplesTotal"].GetInt(), 600);
  EXPECT_EQ(writer["refusedTotal"].GetInt(), 2);
  EXPECT_STREQ(activity["refusals"][0]["reason"].GetString(), "out of order sample");
}

TEST_F(ConsoleApiTest, TellsFromWhichAccountAWriterBecameTheRole) {
  iam("Action=CreateRole&RoleName=central&AssumeRolePolicyDocument=" +
      percent_encode(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                     R"("Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}}})"));
  iam("Action=PutRolePolicy&RoleName=central&PolicyName=p&PolicyDocument=" +
      percent_encode(allow("aps:RemoteWrite", "*")));
  const aws::Credentials session = credentials_in(
      signed_as(other, sts("Action=AssumeRole&RoleSessionName=collector&RoleArn=" +
                           percent_encode("arn:aws:iam::222222222222:role/central"))));

  EXPECT_EQ(send({.method = "POST", .target = data("remote_write")}, &session).status, 204);

  const auto activity = json(signed_as(admin, {.target = data("status/activity")}));
  const auto& writer = activity["data"]["writers"][0];
  EXPECT_STREQ(writer["principal"].GetString(), "arn:aws:iam::222222222222:role/central");
  EXPECT_STREQ(writer["session"].GetString(), "collector");
  EXPECT_STREQ(writer["assumedBy"].GetString(), "arn:aws:iam::111111111111:user/administrator");
}

TEST_F(ConsoleApiTest, DrawsWhoWritesWhere) {
  store.outcome.samples_stored = 600;
  signed_as(admin, {.method = "POST", .target = data("remote_write")});
  clock.advance(60s);

  const auto topology = json(signed_as(admin, {.target = "/topology"}));

  ASSERT_EQ(topology["edges"].Size(), 1U);
  const auto& edge = topology["edges"][0];
  EXPECT_STREQ(edge["kind"].GetString(), "write");
  EXPECT_STREQ(edge["from"].GetString(), "arn:aws:iam::222222222222:user/administrator");
  EXPECT_STREQ(edge["state"].GetString(), "allowed");
  EXPECT_DOUBLE_EQ(edge["samplesPerSecond"].GetDouble(), 10);
  EXPECT_EQ(json(signed_as(other, {.target = "/topology"}))["edges"].Size(), 0U);
}

TEST_F(ConsoleApiTest, ListsDenialsOfTheCallersAccount) {
  signed_as(other, {.target = data("labels")});
  clock.advance(1s);
  identity::NewAccount forged = admin;
  forged.secret_access_key = std::string(40, 'x');
  signed_as(forged, {.method = "POST", .target = data("remote_write")});

  const auto mine = json(signed_as(admin, {.target = "/denials"}));
  const auto theirs = json(signed_as(other, {.target = "/denials?limit=5"}));

  const auto& denials = mine["denials"];
  ASSERT_EQ(denials.Size(), 2U);
  EXPECT_STREQ(denials[0]["caller"].GetString(), "");
  EXPECT_STREQ(denials[0]["action"].GetString(), "aps:RemoteWrite");
  EXPECT_THAT(std::string(denials[0]["resource"].GetString()), HasSubstr(workspace));
  EXPECT_THAT(std::string(denials[0]["reason"].GetString()),
              HasSubstr("SignatureDoesNotMatch: The request"));
  EXPECT_THAT(std::string(denials[0]["reason"].GetString()), Not(HasSubstr("Canonical")));
  EXPECT_STREQ(denials[1]["account"].GetString(), "111111111111");
  EXPECT_STREQ(denials[1]["missing"][0]["side"].GetString(), "resource_policy");
  EXPECT_EQ(theirs["denials"].Size(), 1U);
  EXPECT_EQ(signed_as(admin, {.target = "/denials?limit=0"}).status, 400);
  EXPECT_EQ(signed_as(admin, {.target = "/denials?limit=1001"}).status, 400);
}

TEST_F(ConsoleApiTest, ShowsAMonitoringAccountTheDenialsOfAll) {
  signed_as(other, {.target = "/denials?limit=0", .service = "sts"});
  const auto denials = [&] {
    return json(signed_as(admin, {.target = "/denials"}))["denials"].Size();
  };

  EXPECT_EQ(denials(), 0U);
  ASSERT_TRUE(*identities->set_monitoring("222222222222", true));
  EXPECT_EQ(denials(), 1U);
}

TEST_F(ConsoleApiTest, KeepsDashboardsOfEachAccount) {
  const std::string model = R"({"title":"Mine","uid":"mine","panels":[]})";
  const Call put{.method = "PUT", .target = "/dashboards/mine", .body = model};

  EXPECT_EQ(signed_as(admin, put).status, 200);
  const auto listed = json(signed_as(admin, {.target = "/dashboards"}));
  ASSERT_EQ(listed["dashboards"].Size(), 1U);
  EXPECT_STREQ(listed["dashboards"][0]["title"].GetString(), "Mine");
  EXPECT_STREQ(listed["dashboards"][0]["source"].GetString(), "uploaded");
  EXPECT_EQ(signed_as(admin, {.target = "/dashboards/mine"}).body, model);
  EXPECT_EQ(signed_as(other, {.target = "/dashboards/mine"}).status, 404);
  EXPECT_EQ(signed_as(admin, {.method = "PUT", .target = "/dashboards/x", .body = "[]"}).status,
            400);
  EXPECT_EQ(signed_as(admin, {.method = "DELETE", .target = "/dashboards/mine"}).body, "{}");
  EXPECT_EQ(signed_as(admin, {.target = "/dashboards/mine"}).status, 404);
  EXPECT_EQ(signed_as(admin, {.target = "/dashboards/..%2fx"}).status, 400);
  EXPECT_THAT(audit, HasSubstr("tributary:PutDashboard"));
}

TEST_F(ConsoleApiTest, TellsTheAuditLogAloneWhatFailed) {
  disk.set({.bytes_left = 0});

  const net::Response failed =
      signed_as(admin, {.method = "PUT", .target = "/dashboards/a", .body = R"({"title":"A"})"});

  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.headers.get("x-amzn-ErrorType"), "InternalServerException");
  EXPECT_THAT(failed.body, Not(HasSubstr(directory)));
  EXPECT_THAT(audit, HasSubstr(directory + "/dashboards/222222222222/a.json"));
}

TEST_F(ConsoleApiTest, AsksForPermissionOfItsOwn) {
  const auto viewer =
      user("viewer", allow("tributary:GetDashboard", "arn:aws:tributary:*:*:dashboard/team-*"));
  const auto reader = user("reader", allow("aps:QueryMetrics", "*"));
  const auto status = [&](const identity::NewAccount& account, const std::string& target) {
    return signed_as(account, {.target = target}).status;
  };

  EXPECT_EQ(status(viewer, "/dashboards/team-a"), 404);
  EXPECT_EQ(status(viewer, "/dashboards/other"), 403);
  EXPECT_EQ(status(viewer, "/dashboards"), 403);
  EXPECT_EQ(status(viewer, "/denials"), 403);
  EXPECT_EQ(status(viewer, "/topology"), 403);
  EXPECT_EQ(status(reader, data("query")), 200);
  EXPECT_EQ(status(reader, data("status/activity")), 403);
  const net::Response denied = signed_as(viewer, {.target = "/denials"});
  EXPECT_EQ(denied.headers.get("x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_THAT(std::string(denied.headers.get("x-tributary-denial").value_or("")),
              HasSubstr("arn:aws:tributary:eu-west-1:222222222222:denials"));
  EXPECT_EQ(send({.target = "/denials"}, nullptr).status, 403);
}

TEST_F(ConsoleApiTest, ShortensWhyItRefusesToWhatAHeaderMayHold) {
  const auto reader = user("reader", allow("aps:QueryMetrics", "*"));

  const net::Response denied =
      signed_as(reader, {.target = "/dashboards/" + std::string(20'000, 'a')});

  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(denied.headers.get("x-tributary-denial").value_or("").size(), 4096U);
}

TEST_F(ConsoleApiTest, GivesThePageToAnybodyAndNothingElse) {
  const net::Response root = send({.target = "/", .peer = "10.0.0.7"}, nullptr);
  const net::Response page = send({.target = "/console/explore", .peer = "10.0.0.7"}, nullptr);

  EXPECT_EQ(root.status, 302);
  EXPECT_EQ(root.headers.get("Location"), "/console/");
  EXPECT_TRUE(page.headers.get("Content-Security-Policy"));
  EXPECT_EQ(send({.method = "POST", .target = "/console/"}, nullptr).status, 405);
  EXPECT_EQ(send({.target = "/?Action=ListRoles&Version=2010-05-08"}, nullptr).status, 403);
}

TEST_F(ConsoleApiTest, RedeemsALinkOnceWithoutASignature) {
  const auto link = identity::create_console_link(
      *identities, {.account = "222222222222", .name = "administrator"});
  ASSERT_TRUE(link) << link.error().message();
  Call redeem = sts("Action=TributaryRedeemConsoleLink&Token=" + link->token);
  redeem.peer = "10.0.0.7";
  Call bloated = redeem;
  bloated.body += "&Padding=" + std::string(64U << 10, 'a');

  EXPECT_THAT(send(bloated, nullptr).body, HasSubstr("MissingAuthenticationToken"));
  const net::Response first = send(redeem, nullptr);
  const net::Response second = send(redeem, nullptr);

  ASSERT_EQ(first.status, 200) << first.body;
  const aws::Credentials session = credentials_in(first);
  EXPECT_EQ(send({.target = "/workspaces?regions=all"}, &session).status, 200);
  EXPECT_EQ(second.status, 403);
  EXPECT_THAT(audit, HasSubstr("sts:TributaryRedeemConsoleLink"));
  EXPECT_THAT(audit, Not(HasSubstr(link->token)));
}

}  // namespace
}  // namespace tributary::hub::gateway
