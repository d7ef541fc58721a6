// Which operation a request asks for, from its method and path: AMP's control plane, a workspace's
// data plane, the query protocol of IAM and STS, or what the hub adds to AWS' services. The path is
// the one that was verified.
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::hub::gateway {

enum class Plane : std::uint8_t {
  query_protocol,  // POST /: IAM and STS, told apart by their Version and Action
  control,         // AMP: workspaces, tags
  data,            // /workspaces/<id>/api/v1/...
  hub,             // Tributary's own: topology, denials, dashboards
};

// AMP's control operations that there are.
enum class ControlOperation : std::uint8_t {
  create_workspace,
  list_workspaces,
  describe_workspace,
  update_workspace_alias,
  describe_workspace_configuration,
  update_workspace_configuration,
  delete_workspace,
  list_tags,
  tag_resource,
  untag_resource,
};

enum class HubOperation : std::uint8_t {
  topology,
  denials,
  list_dashboards,
  get_dashboard,
  put_dashboard,
  delete_dashboard,
};

struct Route {
  Plane plane = Plane::query_protocol;
  std::string action;        // "aps:RemoteWrite"; "" for the query protocol
  bool changes = false;      // what is kept, samples that are written aside
  std::string workspace_id;  // "" where there is none
  ControlOperation operation = ControlOperation::list_workspaces;
  std::string data_path;     // after api/v1/, decoded once: "label/job/values"
  std::string resource_arn;  // of the tag operations, decoded
  HubOperation hub_operation = HubOperation::topology;
  std::string dashboard;  // its uid, decoded
};

enum class RouteFailure : std::uint8_t {
  unknown_path,  // 404
  wrong_method,  // 405
  bad_escape,    // 400
};

struct Routed {
  std::optional<Route> route;
  RouteFailure failure = RouteFailure::unknown_path;
  std::string allow;  // the methods there are, where another was used
};

Routed route(std::string_view method, std::string_view path);

// ws- and a UUID in lower case.
bool is_workspace_id(std::string_view text);

}  // namespace tributary::hub::gateway
