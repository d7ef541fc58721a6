// For tests: the two accounts of the walkthrough with a task's role, the role that it assumes, and
// the workspace that this one writes to, and their topology as either account sees it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/test_hub.h"
#include "hub/identity/topology.h"

namespace tributary::hub::identity {

constexpr const char* kTaskRole = "arn:aws:iam::111111111111:role/task-role";
constexpr const char* kCentralRole = "arn:aws:iam::222222222222:role/central-role";
constexpr const char* kWorkspace =
    "arn:aws:aps:eu-west-1:222222222222:workspace/ws-0a1b2c3d-0000-4000-8000-000000000001";

inline std::string policy(std::string_view action, std::string_view resource) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" +
         std::string(action) + R"(","Resource":")" + std::string(resource) + "\"}]}";
}

inline std::string trust(std::string_view principal, std::string_view condition = "") {
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
  // The central role has written a minute ago, and has lost its policy since.
  TopologyInput wrote_and_may_no_longer() {
    TopologyInput seen = input();
    seen.flows.push_back({.principal = "arn:aws:sts::222222222222:assumed-role/central-role/a",
                          .target = kWorkspace,
                          .last_at = seen.now - std::chrono::minutes(1)});
    hub_.done(hub_.iam(hub_.central(), "DeleteRolePolicy",
                       {{"RoleName", "central-role"}, {"PolicyName", "inline"}}));
    return seen;
  }
  Topology describe(const TopologyInput& from) {
    const auto snapshot = reader_.read();
    EXPECT_TRUE(snapshot) << snapshot.error().message();
    return describe_topology(**snapshot, from);
  }
  Topology describe() { return describe(input()); }
  Topology describe_as(std::string_view account) {
    TopologyInput asked = input();
    asked.account = account;
    return describe(asked);
  }

  static std::vector<Topology::Document> documents(const Topology& topology,
                                                   const Topology::Edge& of) {
    std::vector<Topology::Document> all;
    for (const std::size_t index : of.documents) all.push_back(topology.documents.at(index));
    return all;
  }
  static const Topology::Node* node(const Topology& topology, std::string_view id) {
    for (const Topology::Node& each : topology.nodes)
      if (each.id == id) return &each;
    return nullptr;
  }

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

}  // namespace tributary::hub::identity
