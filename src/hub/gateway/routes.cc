#include "hub/gateway/routes.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace tributary::hub::gateway {
namespace {

// The methods of a path, as an Allow field lists them.
constexpr std::string_view kGet = "GET";
constexpr std::string_view kPost = "POST";
constexpr std::string_view kRead = "GET, POST";  // the parameters in the query or in a form
constexpr std::string_view kAdmin = "POST, PUT";

struct DataRoute {
  std::string_view path;  // after api/v1/
  std::string_view methods;
  std::string_view action;
};

// hub-spec 3.5; below the line what AMP has not. What shows or changes more than a query does has
// an action of its own; what a query could find out as well, and what Grafana cannot do without,
// goes with the permission to query.
constexpr std::array kDataRoutes = {
    DataRoute{"remote_write", kPost, "aps:RemoteWrite"},
    DataRoute{"query", kRead, "aps:QueryMetrics"},
    DataRoute{"query_range", kRead, "aps:QueryMetrics"},
    DataRoute{"series", kRead, "aps:GetSeries"},
    DataRoute{"labels", kRead, "aps:GetLabels"},
    DataRoute{"metadata", kGet, "aps:GetMetricMetadata"},
    DataRoute{"rules", kGet, "aps:ListRules"},
    DataRoute{"alerts", kGet, "aps:ListAlerts"},

    DataRoute{"read", kPost, "aps:QueryMetrics"},
    DataRoute{"query_exemplars", kRead, "aps:QueryMetrics"},
    DataRoute{"format_query", kRead, "aps:QueryMetrics"},
    DataRoute{"parse_query", kRead, "aps:QueryMetrics"},
    DataRoute{"status/buildinfo", kGet, "aps:QueryMetrics"},
    DataRoute{"status/runtimeinfo", kGet, "aps:QueryMetrics"},
    DataRoute{"status/config", kGet, "aps:QueryMetrics"},
    DataRoute{"status/flags", kGet, "aps:QueryMetrics"},
    DataRoute{"status/walreplay", kGet, "aps:QueryMetrics"},
    DataRoute{"targets", kGet, "aps:QueryMetrics"},
    DataRoute{"targets/metadata", kGet, "aps:GetMetricMetadata"},
    DataRoute{"scrape_pools", kGet, "aps:QueryMetrics"},
    DataRoute{"alertmanagers", kGet, "aps:ListAlerts"},
    DataRoute{"status/tsdb", kGet, "aps:GetTsdbStatus"},
    DataRoute{"status/activity", kGet, "aps:GetWorkspaceActivity"},
    DataRoute{"admin/tsdb/delete_series", kAdmin, "aps:DeleteSeries"},
    DataRoute{"admin/tsdb/clean_tombstones", kAdmin, "aps:CleanTombstones"},
    DataRoute{"admin/tsdb/snapshot", kAdmin, "aps:CreateSnapshot"},
};

bool has_method(std::string_view methods, std::string_view method) {
  const std::vector<std::string_view> all = split(methods, ',');
  return std::any_of(all.begin(), all.end(),
                     [method](std::string_view one) { return trim(one) == method; });
}

Routed fail(RouteFailure failure) { return {.route = std::nullopt, .failure = failure}; }

Routed wrong_method(std::string_view allow) {
  return {
      .route = std::nullopt, .failure = RouteFailure::wrong_method, .allow = std::string(allow)};
}

Routed found(Route route) { return {.route = std::move(route)}; }

Routed control(ControlOperation operation, std::string_view action, std::string_view workspace) {
  Route route{.plane = Plane::control, .action = std::string(action), .operation = operation};
  route.workspace_id = workspace;
  return found(std::move(route));
}

Routed route_data(std::string_view method, std::string_view workspace, std::string path) {
  Route route{.plane = Plane::data, .workspace_id = std::string(workspace), .data_path = path};
  if (path.starts_with("label/") && path.ends_with("/values") &&
      path.size() > std::string_view("label//values").size()) {
    if (method != "GET") return wrong_method("GET");
    route.action = "aps:GetLabels";
    return found(std::move(route));
  }
  const auto known = std::find_if(kDataRoutes.begin(), kDataRoutes.end(),
                                  [&](const DataRoute& one) { return one.path == path; });
  if (known == kDataRoutes.end()) return fail(RouteFailure::unknown_path);
  if (!has_method(known->methods, method)) return wrong_method(known->methods);
  route.action = known->action;
  return found(std::move(route));
}

Routed route_workspace(std::string_view method, const std::vector<std::string_view>& parts) {
  using enum ControlOperation;
  const std::string_view workspace = parts[1];
  if (parts.size() == 2) {
    if (method == "GET") return control(describe_workspace, "aps:DescribeWorkspace", workspace);
    if (method == "DELETE") return control(delete_workspace, "aps:DeleteWorkspace", workspace);
    return wrong_method("GET, DELETE");
  }
  if (parts.size() == 3 && parts[2] == "alias") {
    if (method != "POST") return wrong_method("POST");
    return control(update_workspace_alias, "aps:UpdateWorkspaceAlias", workspace);
  }
  if (parts.size() == 3 && parts[2] == "configuration") {
    if (method == "GET")
      return control(describe_workspace_configuration, "aps:DescribeWorkspaceConfiguration",
                     workspace);
    if (method == "PATCH")
      return control(update_workspace_configuration, "aps:UpdateWorkspaceConfiguration", workspace);
    return wrong_method("GET, PATCH");
  }
  if (parts.size() < 5 || parts[2] != "api" || parts[3] != "v1")
    return fail(RouteFailure::unknown_path);
  std::string path;
  for (std::size_t i = 4; i < parts.size(); ++i) {
    const auto decoded = percent_decode(parts[i]);
    if (!decoded) return fail(RouteFailure::bad_escape);
    path += (i > 4 ? "/" : "") + *decoded;
  }
  return route_data(method, workspace, std::move(path));
}

Routed route_tags(std::string_view method, std::string_view encoded_arn) {
  using enum ControlOperation;
  const auto arn = percent_decode(encoded_arn);
  if (!arn) return fail(RouteFailure::bad_escape);
  Routed routed = method == "GET"      ? control(list_tags, "aps:ListTagsForResource", "")
                  : method == "POST"   ? control(tag_resource, "aps:TagResource", "")
                  : method == "DELETE" ? control(untag_resource, "aps:UntagResource", "")
                                       : wrong_method("GET, POST, DELETE");
  if (!routed.route) return routed;
  routed.route->resource_arn = *arn;
  // The workspace is the last part of the ARN: arn:aws:aps:region:account:workspace/ws-...
  const std::size_t slash = arn->rfind('/');
  if (slash != std::string::npos) routed.route->workspace_id = arn->substr(slash + 1);
  return routed;
}

Routed hub(HubOperation operation, std::string_view action, std::string dashboard = {}) {
  return found({.plane = Plane::hub,
                .action = "tributary:" + std::string(action),
                .hub_operation = operation,
                .dashboard = std::move(dashboard)});
}

Routed route_dashboards(std::string_view method, const std::vector<std::string_view>& parts) {
  using enum HubOperation;
  if (parts.size() == 1) {
    return method == "GET" ? hub(list_dashboards, "ListDashboards") : wrong_method(kGet);
  }
  if (parts.size() > 2 || parts[1].empty()) return fail(RouteFailure::unknown_path);
  const auto uid = percent_decode(parts[1]);
  if (!uid) return fail(RouteFailure::bad_escape);
  if (method == "GET") return hub(get_dashboard, "GetDashboard", *uid);
  if (method == "PUT") return hub(put_dashboard, "PutDashboard", *uid);
  if (method == "DELETE") return hub(delete_dashboard, "DeleteDashboard", *uid);
  return wrong_method("GET, PUT, DELETE");
}

Routed route_hub(std::string_view method, const std::vector<std::string_view>& parts) {
  if (parts[0] == "dashboards") return route_dashboards(method, parts);
  const bool topology = parts[0] == "topology";
  if (parts.size() > 1 || (!topology && parts[0] != "denials"))
    return fail(RouteFailure::unknown_path);
  if (method != "GET") return wrong_method(kGet);
  return topology ? hub(HubOperation::topology, "DescribeTopology")
                  : hub(HubOperation::denials, "ListDenials");
}

Routed find_route(std::string_view method, std::string_view path) {
  if (path == "/" || path.empty()) {
    if (method != "POST" && method != "GET") return wrong_method("GET, POST");
    return found({.plane = Plane::query_protocol});
  }
  const std::vector<std::string_view> parts = split(path.substr(1), '/');
  if (parts[0] == "tags" && parts.size() >= 2) return route_tags(method, path.substr(6));
  if (parts[0] != "workspaces") return route_hub(method, parts);
  if (parts.size() == 1 || (parts.size() == 2 && parts[1].empty())) {
    if (method == "POST")
      return control(ControlOperation::create_workspace, "aps:CreateWorkspace", "");
    if (method == "GET")
      return control(ControlOperation::list_workspaces, "aps:ListWorkspaces", "");
    return wrong_method("GET, POST");
  }
  return route_workspace(method, parts);
}

// Queries come by POST, too. What the query protocol is asked for is not known yet.
bool changes_something(const Route& route, std::string_view method) {
  switch (route.plane) {
    case Plane::query_protocol: return false;
    case Plane::data: return route.data_path.starts_with("admin/");
    case Plane::control:
    case Plane::hub: return method != "GET";
  }
  return true;
}

}  // namespace

Routed route(std::string_view method, std::string_view path) {
  Routed routed = find_route(method, path);
  if (routed.route) routed.route->changes = changes_something(*routed.route, method);
  return routed;
}

bool is_workspace_id(std::string_view text) {
  if (text.size() != 39 || !text.starts_with("ws-")) return false;
  text.remove_prefix(3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace tributary::hub::gateway
