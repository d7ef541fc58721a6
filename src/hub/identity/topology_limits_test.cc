#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "hub/identity/topology_draft.h"
#include "hub/identity/topology_fixture.h"

namespace tributary::hub::identity {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

class TopologyLimitsTest : public TopologyTest {
 protected:
  // Roles of the workload account that may all become each other.
  void add_crowd() {
    for (int i = 0; i < 8; ++i) {
      const std::string name = "r" + std::to_string(i);
      role(hub_.workload(), name.c_str(), trust(R"("AWS":"111111111111")"));
      put(hub_.workload(), name.c_str(),
          policy("sts:AssumeRole", "arn:aws:iam::111111111111:role/r*"));
    }
  }
  Topology describe_within(const TopologyLimits& limits) {
    return describe_topology(**reader_.read(), input(), limits);
  }
};

TEST_F(TopologyLimitsTest, LeavesTheOtherAccountsTheirShare) {
  add_crowd();
  ASSERT_THAT(describe().edges, SizeIs(testing::Gt(50U)));
  EXPECT_FALSE(describe().truncated());

  for (const TopologyLimits& limits :
       {TopologyLimits{.candidates_max = 12}, TopologyLimits{.looks_max = 20}}) {
    const Topology topology = describe_within(limits);

    EXPECT_TRUE(topology.truncated());
    EXPECT_THAT(topology.edges, SizeIs(testing::Lt(30U)));
    EXPECT_THAT(edges(topology), Contains("assume task-role central-role"));
    EXPECT_THAT(edges(topology), Contains("write central-role ecs"));
  }
}

TEST_F(TopologyLimitsTest, TakesLongPoliciesForSeveral) {
  add_crowd();
  const std::size_t edges = describe_within({.candidates_max = 40}).edges.size();

  for (int i = 0; i < 8; ++i) {
    std::string document = policy("sts:AssumeRole", "arn:aws:iam::111111111111:role/r*");
    document.insert(document.size() - 1, std::string(20'000, ' '));
    put(hub_.workload(), ("r" + std::to_string(i)).c_str(), document);
  }

  const Topology topology = describe_within({.candidates_max = 40});
  EXPECT_LT(topology.edges.size(), edges / 2);
  EXPECT_THAT(this->edges(topology), Contains("write central-role ecs"));
}

TEST_F(TopologyLimitsTest, ShowsADocumentOnceForAllEdgesThatItIsOf) {
  put(hub_.central(), "central-role", policy("aps:*", kWorkspace));

  const Topology topology = describe();

  std::vector<std::vector<std::size_t>> of_role;
  for (const Topology::Edge& each : topology.edges)
    if (each.from == kCentralRole) of_role.push_back(each.documents);
  ASSERT_THAT(of_role, SizeIs(2));
  EXPECT_THAT(of_role[0], SizeIs(1));
  EXPECT_EQ(of_role[0], of_role[1]);
}

TEST_F(TopologyLimitsTest, LeavesOutTextsThatAreTooLongTogether) {
  const Topology topology = describe_within({.document_bytes_max = 200});

  std::size_t texts = 0;
  for (const Topology::Document& document : topology.documents) {
    EXPECT_NE(document.text != nullptr, document.left_out) << document.title;
    if (document.text) ++texts;
  }
  EXPECT_GT(texts, 0U);
  EXPECT_LT(texts, topology.documents.size());
}

TEST(FairShare, GivesTheRestToThoseWhoWantMore) {
  EXPECT_EQ(fair_share({100, 1, 5}, 20), 14U);
  EXPECT_EQ(fair_share({50, 50}, 20), 10U);
  EXPECT_EQ(fair_share({3, 4}, 20), std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(fair_share({}, 20), std::numeric_limits<std::size_t>::max());
}

}  // namespace
}  // namespace tributary::hub::identity
