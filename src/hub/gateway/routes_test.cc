#include "hub/gateway/routes.h"

#include <gtest/gtest.h>

namespace tributary::hub::gateway {
namespace {

constexpr std::string_view kId = "ws-0a1b2c3d-0000-4000-8000-000000000001";

std::string action_of(std::string_view method, std::string path) {
  const Routed routed = route(method, path);
  if (routed.route) return routed.route->action;
  switch (routed.failure) {
    case RouteFailure::unknown_path: return "unknown path";
    case RouteFailure::wrong_method: return "use " + routed.allow;
    case RouteFailure::bad_escape: return "bad escape";
  }
  return "?";
}

TEST(Route, NamesTheActionOfEachDataPath) {
  const std::string base = "/workspaces/" + std::string(kId) + "/api/v1/";

  EXPECT_EQ(action_of("POST", base + "remote_write"), "aps:RemoteWrite");
  EXPECT_EQ(action_of("GET", base + "query"), "aps:QueryMetrics");
  EXPECT_EQ(action_of("POST", base + "query_range"), "aps:QueryMetrics");
  EXPECT_EQ(action_of("GET", base + "label/job/values"), "aps:GetLabels");
  EXPECT_EQ(action_of("GET", base + "metadata"), "aps:GetMetricMetadata");
  EXPECT_EQ(action_of("GET", base + "remote_write"), "use POST");
  EXPECT_EQ(action_of("GET", base + "remote_write/"), "unknown path");
  EXPECT_EQ(action_of("GET", base + "label//values"), "unknown path");
  EXPECT_EQ(action_of("POST", base + "label/job/values"), "use GET");
  EXPECT_EQ(action_of("PUT", base + "admin/tsdb/delete_series"), "aps:DeleteSeries");
  EXPECT_EQ(action_of("GET", base + "admin/tsdb/delete_series"), "use POST, PUT");
  EXPECT_EQ(action_of("POST", base + "admin/tsdb/snapshot"), "aps:CreateSnapshot");
  EXPECT_EQ(action_of("GET", base + "status/tsdb"), "aps:GetTsdbStatus");
  EXPECT_EQ(action_of("POST", base + "status/tsdb"), "use GET");
  EXPECT_EQ(action_of("GET", base + "read"), "use POST");
  EXPECT_EQ(action_of("GET", base + "status/activity"), "aps:GetWorkspaceActivity");
}

TEST(Route, NamesTheControlOperations) {
  const std::string one = "/workspaces/" + std::string(kId);

  EXPECT_EQ(action_of("POST", "/workspaces"), "aps:CreateWorkspace");
  EXPECT_EQ(action_of("GET", "/workspaces"), "aps:ListWorkspaces");
  EXPECT_EQ(action_of("GET", one), "aps:DescribeWorkspace");
  EXPECT_EQ(action_of("DELETE", one), "aps:DeleteWorkspace");
  EXPECT_EQ(action_of("POST", one + "/alias"), "aps:UpdateWorkspaceAlias");
  EXPECT_EQ(action_of("GET", one + "/configuration"), "aps:DescribeWorkspaceConfiguration");
  EXPECT_EQ(action_of("PATCH", one + "/configuration"), "aps:UpdateWorkspaceConfiguration");
  EXPECT_EQ(action_of("PUT", one), "use GET, DELETE");
  EXPECT_EQ(action_of("GET", "/scrapers"), "unknown path");
}

TEST(Route, NamesWhatTheHubAdds) {
  EXPECT_EQ(action_of("GET", "/topology"), "tributary:DescribeTopology");
  EXPECT_EQ(action_of("GET", "/denials"), "tributary:ListDenials");
  EXPECT_EQ(action_of("GET", "/dashboards"), "tributary:ListDashboards");
  EXPECT_EQ(action_of("GET", "/dashboards/a"), "tributary:GetDashboard");
  EXPECT_EQ(action_of("PUT", "/dashboards/a"), "tributary:PutDashboard");
  EXPECT_EQ(action_of("DELETE", "/dashboards/a"), "tributary:DeleteDashboard");
  EXPECT_EQ(action_of("POST", "/dashboards/a"), "use GET, PUT, DELETE");
  EXPECT_EQ(action_of("PUT", "/topology"), "use GET");
  EXPECT_EQ(action_of("GET", "/topology/x"), "unknown path");
  EXPECT_EQ(action_of("GET", "/dashboards/"), "unknown path");
  EXPECT_EQ(action_of("GET", "/dashboards/a/b"), "unknown path");
  EXPECT_EQ(action_of("GET", "/dashboards/%2"), "bad escape");
  EXPECT_EQ(route("GET", "/dashboards/a%20b").route->dashboard, "a b");
}

TEST(Route, DecodesTheArnOfATaggedResourceOnce) {
  const Routed routed = route(
      "GET", "/tags/arn%3Aaws%3Aaps%3Aeu-west-1%3A222222222222%3Aworkspace%2F" + std::string(kId));

  ASSERT_TRUE(routed.route);
  EXPECT_EQ(routed.route->action, "aps:ListTagsForResource");
  EXPECT_EQ(routed.route->resource_arn,
            "arn:aws:aps:eu-west-1:222222222222:workspace/" + std::string(kId));
  EXPECT_EQ(routed.route->workspace_id, kId);
  EXPECT_EQ(action_of("GET", "/tags/arn%3"), "bad escape");
}

TEST(Route, KeepsTheWorkspaceAndTheDecodedPath) {
  const Routed routed =
      route("GET", "/workspaces/" + std::string(kId) + "/api/v1/label/a%2Fb/values");

  ASSERT_TRUE(routed.route);
  EXPECT_EQ(routed.route->workspace_id, kId);
  EXPECT_EQ(routed.route->data_path, "label/a/b/values");
}

TEST(WorkspaceId, IsAUuidInLowerCase) {
  EXPECT_TRUE(is_workspace_id(kId));
  EXPECT_FALSE(is_workspace_id("ws-0A1b2c3d-0000-4000-8000-000000000001"));
  EXPECT_FALSE(is_workspace_id("ws-../../etc"));
  EXPECT_FALSE(is_workspace_id(""));
}

}  // namespace
}  // namespace tributary::hub::gateway
