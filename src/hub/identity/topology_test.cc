#include "hub/identity/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "hub/identity/topology_fixture.h"

namespace tributary::hub::identity {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(TopologyTest, DrawsTheWayFromTheTaskToTheWorkspace) {
  const Topology topology = describe();

  EXPECT_THAT(edges(topology),
              ElementsAre("assume ecs-tasks.amazonaws.com task-role",
                          "assume task-role central-role", "write central-role ecs"));
  EXPECT_THAT(topology.nodes, SizeIs(4));
  EXPECT_THAT(topology.accounts, SizeIs(2));
}

TEST_F(TopologyTest, ShowsThePoliciesOfBothSides) {
  const Topology topology = describe();

  const auto shown = documents(topology, edge(topology, kTaskRole, kCentralRole));
  ASSERT_THAT(shown, SizeIs(2));
  EXPECT_EQ(shown[0].title, "inline policy inline of role task-role of account 111111111111");
  EXPECT_THAT(*shown[0].text, HasSubstr(kCentralRole));
  EXPECT_EQ(shown[1].title, "trust policy of role central-role of account 222222222222");
  EXPECT_EQ(shown[1].side, Side::trust_policy);
}

TEST_F(TopologyTest, NamesTheSideThatDoesNotTrust) {
  update_trust(trust(R"("AWS":"111111111111")",
                     R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/other"})"));

  const Topology topology = describe();

  const Topology::Edge& broken = edge(topology, kTaskRole, kCentralRole);
  EXPECT_TRUE(broken.broken);
  ASSERT_THAT(broken.missing, SizeIs(1));
  EXPECT_EQ(broken.missing[0].side, Side::trust_policy);
  EXPECT_THAT(broken.missing[0].statement, HasSubstr(kTaskRole));
  EXPECT_THAT(broken.missing[0].near_miss, HasSubstr("ArnLike on aws:PrincipalArn"));
}

TEST_F(TopologyTest, NamesTheSideThatMayNotAssume) {
  put(hub_.workload(), "task-role", policy("s3:GetObject", "*"));

  const Topology topology = describe();

  const Topology::Edge& broken = edge(topology, kTaskRole, kCentralRole);
  EXPECT_TRUE(broken.broken);
  ASSERT_THAT(broken.missing, SizeIs(1));
  EXPECT_EQ(broken.missing[0].side, Side::identity_policy);
  EXPECT_EQ(broken.missing[0].holder, "role task-role of account 111111111111");
  EXPECT_THAT(broken.missing[0].statement, HasSubstr(kCentralRole));
}

TEST_F(TopologyTest, SupposesThatRequestsBringWhatIsAskedOfThem) {
  update_trust(trust(R"("AWS":"111111111111")",
                     R"("StringEquals":{"sts:ExternalId":"secret"},
                        "Bool":{"aws:SecureTransport":"true"},
                        "NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"})"));

  EXPECT_FALSE(edge(describe(), kTaskRole, kCentralRole).broken);
}

TEST_F(TopologyTest, FindsRolesThatAreNotThere) {
  put(hub_.workload(), "task-role",
      policy("sts:AssumeRole", "arn:aws:iam::222222222222:role/centralrole"));

  const Topology topology = describe();

  const Topology::Edge& lost =
      edge(topology, kTaskRole, "arn:aws:iam::222222222222:role/centralrole");
  EXPECT_TRUE(lost.broken);
  ASSERT_THAT(lost.missing, SizeIs(1));
  EXPECT_EQ(lost.missing[0].near_miss, "there is no such role");
}

TEST_F(TopologyTest, FindsAPolicyThatNamesTheWorkspaceOfAnotherRegion) {
  std::string elsewhere = kWorkspace;
  elsewhere.replace(elsewhere.find("eu-west-1"), 9, "us-east-1");
  put(hub_.central(), "central-role", policy("aps:RemoteWrite", elsewhere));

  const Topology topology = describe();
  const Topology::Edge& broken = edge(topology, kCentralRole, kWorkspace);

  EXPECT_TRUE(broken.broken);
  ASSERT_THAT(broken.missing, SizeIs(1));
  EXPECT_THAT(broken.missing[0].statement, HasSubstr(kWorkspace));
  EXPECT_THAT(broken.missing[0].near_miss, HasSubstr("is for another resource"));
}

TEST_F(TopologyTest, FindsAPolicyThatNamesTheWorkspaceOfAWrongAccount) {
  std::string elsewhere = kWorkspace;
  elsewhere.replace(elsewhere.find("eu-west-1"), 9, "*");
  put(hub_.central(), "central-role", policy("aps:RemoteWrite", elsewhere));
  EXPECT_FALSE(describe().edges.back().broken);

  elsewhere.replace(elsewhere.find("222222222222"), 12, "222222222223");
  put(hub_.central(), "central-role", policy("aps:RemoteWrite", elsewhere));

  const Topology topology = describe();
  EXPECT_TRUE(edge(topology, kCentralRole, kWorkspace).broken);
  EXPECT_THAT(edge(topology, kCentralRole, kWorkspace).missing.at(0).near_miss,
              HasSubstr("is for another resource"));
}

TEST_F(TopologyTest, FindsAPolicyWithTheWrongAction) {
  put(hub_.central(), "central-role", policy("aps:GetSeries", kWorkspace));

  const Topology topology = describe();

  EXPECT_TRUE(edge(topology, kCentralRole, kWorkspace).broken);
  EXPECT_EQ(edge(topology, kCentralRole, kWorkspace).action, "aps:RemoteWrite");
}

TEST_F(TopologyTest, FindsARoleThatOthersComeForAndThatMayDoNothing) {
  hub_.done(hub_.iam(hub_.central(), "DeleteRolePolicy",
                     {{"RoleName", "central-role"}, {"PolicyName", "inline"}}));

  const Topology topology = describe();

  EXPECT_THAT(edges(topology),
              ElementsAre("!write central-role ecs", "assume ecs-tasks.amazonaws.com task-role",
                          "assume task-role central-role"));
}

TEST_F(TopologyTest, ExpectsNoWritesOfARoleThatIsForSomethingElse) {
  put(hub_.central(), "central-role", policy("ecs:*", "*"));

  EXPECT_THAT(edges(describe()), ElementsAre("assume ecs-tasks.amazonaws.com task-role",
                                             "assume task-role central-role"));
}

TEST_F(TopologyTest, ExpectsNoWritesOfWhoAdministersAWorkspace) {
  for (const char* action : {"aps:DescribeWorkspace", "aps:DeleteSeries"}) {
    role(hub_.central(), action + 4, trust(R"("Service":"ec2.amazonaws.com")"));
    put(hub_.central(), action + 4, policy(action, kWorkspace));
  }

  EXPECT_THAT(edges(describe()), testing::Not(testing::Contains(HasSubstr("!"))));
}

TEST_F(TopologyTest, FindsTheWorkspaceOfAnotherAccountInAPolicy) {
  put(hub_.workload(), "task-role", policy("aps:RemoteWrite", kWorkspace));

  const Topology topology = describe();
  const Topology::Edge& broken = edge(topology, kTaskRole, kWorkspace);

  EXPECT_TRUE(broken.broken);
  EXPECT_EQ(broken.missing.at(0).side, Side::resource_policy);
}

TEST_F(TopologyTest, PutsRatesOnTheEdges) {
  TopologyInput seen = input();
  for (const char* session : {"a", "b"})
    seen.flows.push_back(
        {.principal = "arn:aws:sts::222222222222:assumed-role/central-role/" + std::string(session),
         .target = kWorkspace,
         .samples_per_second = 12.5,
         .last_at = seen.now - seconds(3)});

  const Topology topology = describe(seen);

  const Topology::Edge& write = edge(topology, kCentralRole, kWorkspace);
  EXPECT_EQ(write.samples_per_second, 25);
  EXPECT_EQ(write.last_at, seen.now - seconds(3));
}

TEST_F(TopologyTest, ShowsUsersOnlyWhenTheyDidSomething) {
  TopologyInput seen = input();
  seen.flows.push_back({.principal = "arn:aws:iam::222222222222:user/administrator",
                        .target = kWorkspace,
                        .kind = EdgeKind::query,
                        .last_at = seen.now});

  EXPECT_THAT(edges(describe(seen)), testing::Contains("query administrator ecs"));
  EXPECT_THAT(describe().nodes, SizeIs(4));
}

TEST_F(TopologyTest, BreaksTheEdgeOfWhoWroteAndMayNoLonger) {
  const TopologyInput seen = wrote_and_may_no_longer();

  const Topology topology = describe(seen);

  EXPECT_TRUE(edge(topology, kCentralRole, kWorkspace).broken);
  EXPECT_EQ(edge(topology, kCentralRole, kWorkspace).last_at, seen.now - minutes(1));
}

TEST_F(TopologyTest, DoesNotWarnOfAWriterThatWasDeleted) {
  const TopologyInput seen = wrote_and_may_no_longer();
  hub_.done(hub_.iam(hub_.central(), "DeleteRole", {{"RoleName", "central-role"}}));

  EXPECT_THAT(edges(describe(seen)), testing::Not(testing::Contains(HasSubstr("write"))));
}

// Its permission may come of the session's tags, which policies alone do not tell.
TEST_F(TopologyTest, BelievesAWriteThatGotThroughSinceTheLastChange) {
  put(hub_.central(), "central-role",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"aps:RemoteWrite",
          "Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"}}}]})");
  hub_.clock().advance(minutes(3));
  const auto written = [&](Duration ago) {
    TopologyInput seen = input();
    seen.flows.push_back({.principal = "arn:aws:sts::222222222222:assumed-role/central-role/a",
                          .target = kWorkspace,
                          .last_at = seen.now - ago});
    return describe(seen);
  };

  EXPECT_FALSE(edge(written(seconds(5)), kCentralRole, kWorkspace).broken);
  EXPECT_THAT(edge(written(seconds(5)), kCentralRole, kWorkspace).missing, IsEmpty());
  EXPECT_TRUE(edge(written(minutes(4)), kCentralRole, kWorkspace).broken);
}

class TopologyDenialTest : public TopologyTest {
 protected:
  // Refused for its external id, which policies alone do not tell.
  TopologyInput denied(Duration ago) {
    TopologyInput seen = input();
    seen.denials.push_back({.at = seen.now - ago,
                            .caller = "arn:aws:sts::111111111111:assumed-role/task-role/0123",
                            .action = "sts:AssumeRole",
                            .resource = kCentralRole,
                            .missing = {{.side = Side::trust_policy, .near_miss = "external id"}}});
    return seen;
  }
};

TEST_F(TopologyDenialTest, BreaksAnEdgeThatPoliciesWouldAllow) {
  hub_.clock().advance(minutes(1));

  const Topology topology = describe(denied(seconds(10)));

  const Topology::Edge& broken = edge(topology, kTaskRole, kCentralRole);
  EXPECT_TRUE(broken.broken);
  EXPECT_EQ(broken.missing.at(0).near_miss, "external id");
}

TEST_F(TopologyDenialTest, SaysWhyWhereNoStatementIsMissing) {
  hub_.clock().advance(minutes(1));
  TopologyInput seen = denied(seconds(10));
  seen.denials[0].missing.clear();
  EXPECT_FALSE(edge(describe(seen), kTaskRole, kCentralRole).broken);

  seen.denials[0].reason = "the workspace is in eu-west-1: sign for that region";

  const Topology topology = describe(seen);
  EXPECT_TRUE(edge(topology, kTaskRole, kCentralRole).broken);
  EXPECT_EQ(edge(topology, kTaskRole, kCentralRole).reason, seen.denials[0].reason);
  EXPECT_THAT(to_json(topology), HasSubstr(R"("reason":"the workspace is in eu-west-1)"));
}

TEST_F(TopologyTest, HasNoStatementToAddWhereOneIsTooMany) {
  put(hub_.central(), "central-role",
      R"({"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":"aps:RemoteWrite","Resource":")" +
          std::string(kWorkspace) + R"("},
          {"Effect":"Deny","Action":"aps:RemoteWrite","Resource":"*"}]})");

  const Topology topology = describe();

  ASSERT_THAT(edge(topology, kCentralRole, kWorkspace).missing, SizeIs(1));
  EXPECT_EQ(edge(topology, kCentralRole, kWorkspace).missing[0].statement, "");
  EXPECT_THAT(edge(topology, kCentralRole, kWorkspace).missing[0].near_miss,
              HasSubstr("denied by statement 2"));
}

TEST_F(TopologyDenialTest, IsForgottenWhenItIsOldOrAPermissionHasChanged) {
  EXPECT_FALSE(edge(describe(denied(minutes(6))), kTaskRole, kCentralRole).broken);

  hub_.clock().advance(minutes(1));
  EXPECT_TRUE(edge(describe(denied(seconds(10))), kTaskRole, kCentralRole).broken);
  put(hub_.central(), "central-role", policy("aps:*", "*"));
  hub_.clock().advance(seconds(20));

  EXPECT_FALSE(edge(describe(denied(seconds(30))), kTaskRole, kCentralRole).broken);
  EXPECT_TRUE(edge(describe(denied(seconds(10))), kTaskRole, kCentralRole).broken);
}

TEST_F(TopologyDenialTest, IsForgottenWhenTheNextRequestGotThrough) {
  hub_.clock().advance(minutes(1));
  TopologyInput seen = denied(seconds(10));

  seen.flows.push_back({.principal = kTaskRole,
                        .target = kCentralRole,
                        .kind = EdgeKind::assume,
                        .last_at = seen.now - seconds(5)});

  EXPECT_FALSE(edge(describe(seen), kTaskRole, kCentralRole).broken);
}

TEST_F(TopologyDenialTest, OutlivesChangesThatAreNotOfPermissions) {
  hub_.clock().advance(minutes(1));
  EXPECT_TRUE(edge(describe(denied(seconds(10))), kTaskRole, kCentralRole).broken);

  hub_.done(hub_.iam(hub_.central(), "CreateAccessKey", {{"UserName", "administrator"}}));

  EXPECT_TRUE(edge(describe(denied(seconds(10))), kTaskRole, kCentralRole).broken);
}

TEST_F(TopologyDenialTest, ShowsWhoAskedForARoleThatIsNotThere) {
  TopologyInput seen = denied(seconds(1));
  seen.denials[0].resource = "arn:aws:iam::222222222222:role/typo";

  EXPECT_THAT(edges(describe(seen)), testing::Contains("!assume task-role typo"));
}

TEST_F(TopologyTest, IsJsonAsTheConsoleReadsIt) {
  put(hub_.workload(), "task-role", policy("s3:GetObject", "*"));
  TopologyInput seen = input();
  seen.workspaces[0].alias = "<b>\"x\"</b>";
  seen.flows.push_back({.principal = "arn:aws:sts::222222222222:assumed-role/central-role/a",
                        .target = kWorkspace,
                        .samples_per_second = 0.5,
                        .last_at = timestamp_from_ms(1'700'000'000'250)});
  seen.now = timestamp_from_ms(1'700'000'001'000);

  rapidjson::Document json;
  json.Parse(to_json(describe(seen)).c_str());

  ASSERT_FALSE(json.HasParseError());
  EXPECT_EQ(json["generatedAt"].GetDouble(), 1'700'000'001);
  EXPECT_EQ(json["accounts"][1]["id"], "222222222222");
  EXPECT_TRUE(json["accounts"][1]["monitoring"].GetBool());
  bool written = false;
  bool broken = false;
  for (const auto& each : json["edges"].GetArray()) {
    if (each["kind"] == "write") {
      EXPECT_EQ(each["samplesPerSecond"].GetDouble(), 0.5);
      EXPECT_EQ(each["lastWriteAt"].GetDouble(), 1'700'000'000.25);
      written = true;
    }
    if (each["state"] == "broken") {
      EXPECT_EQ(each["missing"][0]["side"], "identity_policy");
      EXPECT_EQ(json["documents"][each["documents"][1].GetUint()]["side"], "trust_policy");
      broken = true;
    }
  }
  EXPECT_TRUE(written);
  EXPECT_TRUE(broken);
  EXPECT_FALSE(json["truncated"].GetBool());
  EXPECT_EQ(json["leftOut"].GetInt(), 0);
}

}  // namespace
}  // namespace tributary::hub::identity
