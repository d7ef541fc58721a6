#include "hub/identity/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "hub/identity/test_hub.h"

namespace tributary::hub::identity {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kTaskRole = "arn:aws:iam::111111111111:role/task-role";
constexpr const char* kCentralRole = "arn:aws:iam::222222222222:role/central-role";
constexpr const char* kWorkspace =
    "arn:aws:aps:eu-west-1:222222222222:workspace/ws-0a1b2c3d-0000-4000-8000-000000000001";

std::string policy(std::string_view action, std::string_view resource) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" +
         std::string(action) + R"(","Resource":")" + std::string(resource) + "\"}]}";
}

std::string trust(std::string_view principal, std::string_view condition = "") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{)" +
         std::string(principal) + R"(},"Action":"sts:AssumeRole")" +
         (condition.empty() ? "" : ",\"Condition\":{" + std::string(condition) + "}") + "}]}";
}

// The two accounts of the walkthrough: a task's role in the one assumes a role of the other, which
// writes to the workspace there.
class TopologyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    role(hub_.workload(), "task-role", trust(R"("Service":"ecs-tasks.amazonaws.com")"));
    put(hub_.workload(), "task-role", policy("sts:AssumeRole", kCentralRole));
    role(hub_.central(), "central-role",
         trust(R"("AWS":"111111111111")",
               R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/task-role"})"));
    put(hub_.central(), "central-role", policy("aps:RemoteWrite", kWorkspace));
    EXPECT_TRUE(hub_.store().set_monitoring(kCentral, true).value());
  }

  void role(const Credentials& who, const char* name, const std::string& document) {
    hub_.done(
        hub_.iam(who, "CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", document}}));
  }
  void put(const Credentials& who, const char* name, const std::string& document) {
    hub_.done(
        hub_.iam(who, "PutRolePolicy",
                 {{"RoleName", name}, {"PolicyName", "inline"}, {"PolicyDocument", document}}));
  }
  void update_trust(const std::string& document) {
    hub_.done(hub_.iam(hub_.central(), "UpdateAssumeRolePolicy",
                       {{"RoleName", "central-role"}, {"PolicyDocument", document}}));
  }

  TopologyInput input() {
    return {.account = std::string(kCentral),
            .now = hub_.clock().now(),
            .workspaces = {{.arn = kWorkspace, .account = std::string(kCentral), .alias = "ecs"}}};
  }
  Topology describe(const TopologyInput& from) {
    const auto snapshot = reader_.read();
    EXPECT_TRUE(snapshot) << snapshot.error().message();
    return describe_topology(**snapshot, from);
  }
  Topology describe() { return describe(input()); }

  // "assume task-role central-role", with "!" before what is broken.
  static std::vector<std::string> edges(const Topology& topology) {
    const auto name = [&](const std::string& id) {
      for (const Topology::Node& node : topology.nodes)
        if (node.id == id) return node.name;
      return "unknown node " + id;
    };
    std::vector<std::string> all;
    for (const Topology::Edge& edge : topology.edges) {
      const char* kind = edge.kind == EdgeKind::assume  ? "assume "
                         : edge.kind == EdgeKind::write ? "write "
                                                        : "query ";
      all.push_back((edge.broken ? "!" : "") + std::string(kind) + name(edge.from) + " " +
                    name(edge.to));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  static const Topology::Edge& edge(const Topology& topology, std::string_view from,
                                    std::string_view to) {
    static const Topology::Edge kNone;
    for (const Topology::Edge& each : topology.edges)
      if (each.from == from && each.to == to) return each;
    ADD_FAILURE() << "no edge from " << from << " to " << to;
    return kNone;
  }

  TestHub hub_;
  IdentityReader reader_{hub_.store()};
};

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

  const auto& documents = edge(topology, kTaskRole, kCentralRole).documents;
  ASSERT_THAT(documents, SizeIs(2));
  EXPECT_EQ(documents[0].title, "inline policy inline of role task-role of account 111111111111");
  EXPECT_THAT(*documents[0].document, HasSubstr(kCentralRole));
  EXPECT_EQ(documents[1].title, "trust policy of role central-role of account 222222222222");
  EXPECT_EQ(documents[1].side, Side::trust_policy);
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

TEST_F(TopologyTest, FindsTrustInARoleThatWasMadeAgain) {
  update_trust(trust(R"("AWS":")" + std::string(kTaskRole) + "\""));
  hub_.done(hub_.iam(hub_.workload(), "DeleteRolePolicy",
                     {{"RoleName", "task-role"}, {"PolicyName", "inline"}}));
  hub_.done(hub_.iam(hub_.workload(), "DeleteRole", {{"RoleName", "task-role"}}));
  role(hub_.workload(), "task-role", trust(R"("Service":"ecs-tasks.amazonaws.com")"));
  put(hub_.workload(), "task-role", policy("sts:AssumeRole", kCentralRole));

  const Topology topology = describe();

  EXPECT_TRUE(edge(topology, kTaskRole, kCentralRole).broken);
  const auto lost =
      std::find_if(topology.edges.begin(), topology.edges.end(),
                   [](const Topology::Edge& each) { return each.from.starts_with("AROA"); });
  ASSERT_NE(lost, topology.edges.end());
  EXPECT_THAT(lost->missing.at(0).near_miss, HasSubstr("was deleted"));
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
  put(hub_.central(), "central-role", policy("s3:GetObject", "*"));

  const Topology topology = describe();

  EXPECT_THAT(edges(topology),
              ElementsAre("!write central-role ecs", "assume ecs-tasks.amazonaws.com task-role",
                          "assume task-role central-role"));
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
  TopologyInput seen = input();
  seen.flows.push_back({.principal = "arn:aws:sts::222222222222:assumed-role/central-role/a",
                        .target = kWorkspace,
                        .last_at = seen.now - minutes(1)});
  hub_.done(hub_.iam(hub_.central(), "DeleteRolePolicy",
                     {{"RoleName", "central-role"}, {"PolicyName", "inline"}}));

  const Topology topology = describe(seen);

  EXPECT_TRUE(edge(topology, kCentralRole, kWorkspace).broken);
  EXPECT_EQ(edge(topology, kCentralRole, kWorkspace).last_at, seen.now - minutes(1));
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

TEST_F(TopologyTest, HidesTheFarSideFromAccountsThatDoNotMonitor) {
  role(hub_.central(), "unrelated", trust(R"("Service":"ec2.amazonaws.com")"));
  TopologyInput asked = input();
  asked.account = kWorkload;

  const Topology topology = describe(asked);

  EXPECT_THAT(edges(topology), ElementsAre("assume ecs-tasks.amazonaws.com task-role",
                                           "assume task-role central-role"));
  EXPECT_THAT(topology.nodes, SizeIs(3));
  const auto& documents = edge(topology, kTaskRole, kCentralRole).documents;
  ASSERT_THAT(documents, SizeIs(2));
  EXPECT_TRUE(documents[0].document);
  EXPECT_FALSE(documents[1].document);
  ASSERT_THAT(topology.accounts, SizeIs(2));
  EXPECT_TRUE(topology.accounts[0].visible);
  EXPECT_EQ(topology.accounts[1].name, kCentral);
  EXPECT_FALSE(topology.accounts[1].visible);
}

TEST_F(TopologyTest, DoesNotTellOthersWhatAnAccountsPoliciesAimAt) {
  put(hub_.workload(), "task-role", policy("sts:AssumeRole", kCentralRole));
  update_trust(trust(R"("Service":"ec2.amazonaws.com")"));
  ASSERT_TRUE(hub_.store().set_monitoring(kCentral, false));

  const Topology topology = describe();

  for (const Topology::Edge& each : topology.edges) EXPECT_NE(each.from, kTaskRole);
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
      EXPECT_EQ(each["documents"][1]["side"], "trust_policy");
      broken = true;
    }
  }
  EXPECT_TRUE(written);
  EXPECT_TRUE(broken);
}

}  // namespace
}  // namespace tributary::hub::identity
