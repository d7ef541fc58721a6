#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/identity/topology_fixture.h"

namespace tributary::hub::identity {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kTrustEc2 = R"("Service":"ec2.amazonaws.com")";

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

TEST_F(TopologyTest, HidesTheFarSideFromAccountsThatDoNotMonitor) {
  role(hub_.central(), "unrelated", trust(R"("Service":"ec2.amazonaws.com")"));
  TopologyInput asked = input();
  asked.account = kWorkload;

  const Topology topology = describe(asked);

  EXPECT_THAT(edges(topology), ElementsAre("assume ecs-tasks.amazonaws.com task-role",
                                           "assume task-role central-role"));
  EXPECT_THAT(topology.nodes, SizeIs(3));
  const auto shown = documents(topology, edge(topology, kTaskRole, kCentralRole));
  ASSERT_THAT(shown, SizeIs(2));
  EXPECT_TRUE(shown[0].text);
  EXPECT_FALSE(shown[1].text);
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

TEST_F(TopologyTest, HidesRolesThatDoNotTrustTheAccountThatAsks) {
  role(hub_.central(), "secret", trust(kTrustEc2));
  for (const char* pattern : {"arn:aws:iam::222222222222:role/*e*", "arn:aws:iam::*:role/secret"}) {
    put(hub_.workload(), "task-role", policy("sts:AssumeRole", pattern));

    EXPECT_THAT(edges(describe_as(kWorkload)), Not(Contains(HasSubstr("secret")))) << pattern;
    EXPECT_THAT(edges(describe()), Contains("!assume task-role secret")) << pattern;
  }
}

TEST_F(TopologyTest, ShowsRolesOfOthersThatTrustTheAccountThatAsks) {
  put(hub_.workload(), "task-role", policy("sts:AssumeRole", "arn:aws:iam::222222222222:role/*e*"));

  EXPECT_THAT(edges(describe_as(kWorkload)), Contains("assume task-role central-role"));
}

TEST_F(TopologyTest, HidesWhetherARoleOfAnotherAccountExists) {
  role(hub_.central(), "secret-a", trust(kTrustEc2));
  const auto json_for = [&](const std::string& name) {
    put(hub_.workload(), "task-role",
        policy("sts:AssumeRole", "arn:aws:iam::222222222222:role/" + name));
    std::string json = to_json(describe_as(kWorkload));
    EXPECT_THAT(json, HasSubstr(name));
    for (std::size_t at; (at = json.find(name)) != json.npos;) json.replace(at, name.size(), "?");
    return json;
  };

  EXPECT_EQ(json_for("secret-a"), json_for("secret-b"));
}

TEST_F(TopologyTest, HidesCallersThatDoNotSpeakOfTheAccountThatAsks) {
  role(hub_.workload(), "nosy",
       trust(R"("AWS":"222222222222")",
             R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:*"})"));
  role(hub_.workload(), "prying",
       trust(R"("AWS":"222222222222")",
             R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:role/f*"})"));
  role(hub_.central(), "far", trust(kTrustEc2));
  put(hub_.central(), "far", policy("sts:*", "*"));
  role(hub_.central(), "guest", trust(kTrustEc2));
  put(hub_.central(), "guest", policy("sts:AssumeRole", "arn:aws:iam::111111111111:role/nosy"));

  EXPECT_THAT(edges(describe_as(kWorkload)),
              ElementsAre("assume ecs-tasks.amazonaws.com task-role", "assume guest nosy",
                          "assume task-role central-role"));
  EXPECT_THAT(edges(describe()), Contains("assume far prying"));
}

TEST_F(TopologyTest, HidesTheNamesOfOthersWorkspaces) {
  put(hub_.workload(), "task-role", policy("aps:RemoteWrite", kWorkspace));

  const Topology topology = describe_as(kWorkload);

  ASSERT_NE(node(topology, kWorkspace), nullptr);
  EXPECT_EQ(node(topology, kWorkspace)->name, "ws-0a1b2c3d-0000-4000-8000-000000000001");
}

TEST_F(TopologyTest, KnowsForWhichAccountAServiceActs) {
  const auto broken = [&](const char* condition) {
    hub_.done(
        hub_.iam(hub_.workload(), "UpdateAssumeRolePolicy",
                 {{"RoleName", "task-role"},
                  {"PolicyDocument", trust(R"("Service":"ecs-tasks.amazonaws.com")", condition)}}));
    return edge(describe(), "ecs-tasks.amazonaws.com", kTaskRole).broken;
  };

  EXPECT_FALSE(broken(R"("StringEquals":{"aws:SourceAccount":"111111111111"})"));
  EXPECT_TRUE(broken(R"("StringEquals":{"aws:SourceAccount":"333333333333"})"));
  EXPECT_FALSE(broken(R"("ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:111111111111:*"})"));
  EXPECT_FALSE(broken(R"("ArnLike":{"aws:SourceArn":"arn:aws:ecs:*:*:*"})"));
  EXPECT_TRUE(broken(R"("ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:333333333333:*"})"));
  EXPECT_FALSE(broken(R"("ArnNotLike":{"aws:SourceArn":"arn:aws:ecs:*:333333333333:*"})"));
}

TEST_F(TopologyTest, SupposesNoSourceOfRequestsThatUsersAndRolesMake) {
  update_trust(
      trust(R"("AWS":"111111111111")", R"("StringEquals":{"aws:SourceAccount":"111111111111"})"));

  const Topology topology = describe();

  const Topology::Edge& broken = edge(topology, kTaskRole, kCentralRole);
  EXPECT_TRUE(broken.broken);
  EXPECT_THAT(broken.missing.at(0).near_miss, HasSubstr("aws:SourceAccount"));
}

TEST_F(TopologyTest, FollowsTrustInOneSessionOfARole) {
  update_trust(trust(R"("AWS":"arn:aws:sts::111111111111:assumed-role/task-role/job")"));

  EXPECT_FALSE(edge(describe(), kTaskRole, kCentralRole).broken);

  put(hub_.workload(), "task-role", policy("s3:GetObject", "*"));

  const Topology topology = describe();
  ASSERT_THAT(edge(topology, kTaskRole, kCentralRole).missing, SizeIs(1));
  EXPECT_EQ(edge(topology, kTaskRole, kCentralRole).missing[0].side, Side::identity_policy);
}

TEST_F(TopologyTest, FindsUsersWhomATrustPolicyMeansByACondition) {
  hub_.done(hub_.iam(hub_.workload(), "CreateUser", {{"UserName", "bob"}}));
  update_trust(trust(R"("AWS":"111111111111")",
                     R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:user/bob"})"));

  EXPECT_THAT(edges(describe()), Contains("!assume bob central-role"));

  hub_.done(
      hub_.iam(hub_.workload(), "PutUserPolicy",
               {{"UserName", "bob"}, {"PolicyName", "all"}, {"PolicyDocument", policy("*", "*")}}));
  EXPECT_THAT(edges(describe()), Contains("assume bob central-role"));
}

TEST_F(TopologyTest, WarnsOfRolesThatTrustEverybody) {
  const auto open = [&](const std::string& document) {
    update_trust(document);
    const std::vector<std::string> all = edges(describe());
    return std::find(all.begin(), all.end(), "assume anyone central-role") != all.end();
  };

  EXPECT_TRUE(open(trust(R"("AWS":"*")")));
  EXPECT_TRUE(open(R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})"));
  EXPECT_TRUE(open(trust(R"("AWS":"*")", R"("StringEquals":{"sts:ExternalId":"x"})")));
  // Anybody can give a role that name.
  EXPECT_TRUE(
      open(trust(R"("AWS":"*")", R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a"})")));
  EXPECT_FALSE(
      open(trust(R"("AWS":"*")", R"("StringEquals":{"aws:PrincipalAccount":"111111111111"})")));
  EXPECT_FALSE(open(trust(R"("AWS":"*")",
                          R"("ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/*"})")));
  EXPECT_FALSE(open(R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
      {"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole",
       "Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111111111111"}}}]})"));
}

TEST_F(TopologyTest, DrawsThoseOfTheOwnAccountWhomARoleTrustsWithEverybody) {
  role(hub_.central(), "near", trust(kTrustEc2));
  put(hub_.central(), "near", policy("sts:AssumeRole", "*"));
  update_trust(trust(R"("AWS":"*")"));

  EXPECT_THAT(edges(describe()), Contains("assume near central-role"));
}

}  // namespace
}  // namespace tributary::hub::identity
