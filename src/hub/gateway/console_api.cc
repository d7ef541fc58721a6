#include "hub/gateway/console_api.h"

#include <map>
#include <string>
#include <utility>

#include "base/strings.h"
#include "hub/console/dashboards.h"

namespace tributary::hub::gateway {
namespace {

ControlAnswer answer(std::string body) {
  return {.status = 200, .error_code = {}, .body = std::move(body)};
}

ControlAnswer failure(const Error& error) {
  switch (error.code()) {
    case Code::invalid_argument: return control_error(400, "ValidationException", error.message());
    case Code::not_found: return control_error(404, "ResourceNotFoundException", error.message());
    case Code::limit_exceeded:
      return control_error(402, "ServiceQuotaExceededException", error.message());
    default: return internal_error(error);
  }
}

identity::TopologyInput::Workspace described(const WorkspaceRecord& record) {
  identity::TopologyInput::Workspace workspace{
      .arn = record.arn(), .account = record.account, .alias = record.alias};
  for (const auto& [key, value] : record.tags) workspace.tags.push_back({key, value});
  return workspace;
}

}  // namespace

std::string hub_resource(const Route& route, std::string_view region, std::string_view account) {
  const auto of = [&](std::string_view resource) {
    return "arn:aws:tributary:" + std::string(region) + ":" + std::string(account) + ":" +
           std::string(resource);
  };
  switch (route.hub_operation) {
    case HubOperation::topology: return of("topology");
    case HubOperation::denials: return of("denials");
    case HubOperation::list_dashboards: return of("dashboard/*");
    default: return of("dashboard/" + route.dashboard);
  }
}

ControlAnswer ConsoleApi::handle(const ControlRequest& request) {
  const std::string& uid = request.route.dashboard;
  switch (request.route.hub_operation) {
    case HubOperation::topology: return topology(request);
    case HubOperation::denials: return denials(request);
    case HubOperation::list_dashboards: {
      const auto entries = parts_.dashboards.list(request.account);
      return entries ? answer(console::to_json(*entries)) : failure(entries.error());
    }
    case HubOperation::get_dashboard: {
      auto body = parts_.dashboards.get(request.account, uid);
      return body ? answer(std::move(*body)) : failure(body.error());
    }
    case HubOperation::put_dashboard: {
      const auto entry = parts_.dashboards.put(request.account, uid, request.body);
      return entry ? answer(console::to_json(*entry)) : failure(entry.error());
    }
    case HubOperation::delete_dashboard: {
      const auto removed = parts_.dashboards.remove(request.account, uid);
      return removed ? answer("{}") : failure(removed.error());
    }
  }
  return control_error(500, "InternalServerException", "no such operation");
}

ControlAnswer ConsoleApi::topology(const ControlRequest& request) {
  identity::TopologyInput input{.account = request.account, .now = parts_.clock.now()};
  const auto records = parts_.catalog.list();
  if (!records) return failure(records.error());
  std::map<std::string_view, std::string> arns;
  for (const WorkspaceRecord& record : *records) {
    if (record.status == WorkspaceStatus::deleting) continue;
    input.workspaces.push_back(described(record));
    arns.emplace(record.id, record.arn());
  }
  for (const PrincipalFlow& flow : parts_.activity.flows()) {
    const auto arn = arns.find(flow.workspace_id);
    if (arn == arns.end()) continue;
    const bool writes = flow.kind == PrincipalFlow::Kind::write;
    input.flows.push_back({.principal = flow.principal,
                           .target = arn->second,
                           .kind = writes ? identity::EdgeKind::write : identity::EdgeKind::query,
                           .samples_per_second = flow.samples_per_second,
                           .last_at = flow.last});
  }
  input.denials = parts_.denials.since(input.now - identity::kDenialMemory);
  // The snapshot alone is taken under the lock: thousands of decisions are made on it.
  Result<identity::IdentitySnapshotPtr> identities = [&] {
    const std::lock_guard lock(parts_.identity_mutex);
    for (const auto& pair : parts_.assumed_roles.since(input.now - identity::AssumedRoles::kMemory))
      input.flows.push_back({.principal = pair.caller,
                             .target = pair.role,
                             .kind = identity::EdgeKind::assume,
                             .last_at = pair.last});
    return reader_.read();
  }();
  if (!identities) return failure(identities.error());
  return answer(identity::to_json(identity::describe_topology(**identities, input)));
}

ControlAnswer ConsoleApi::denials(const ControlRequest& request) {
  std::size_t limit = kDenialsDefault;
  for (const auto& [name, text] : request.query) {
    if (name != "limit") continue;
    limit = parse_uint64(text).value_or(0);
    if (limit < 1 || limit > kDenialsMax)
      return failure(
          Error(Code::invalid_argument,
                "limit: must be 1 to " + std::to_string(kDenialsMax) + ", got \"" + text + "\""));
  }
  Result<std::optional<identity::Account>> account = [&] {
    const std::lock_guard lock(parts_.identity_mutex);
    return parts_.identities.find_account(request.account);
  }();
  if (!account) return failure(account.error());
  const Viewer viewer{.account = request.account, .monitoring = *account && (*account)->monitoring};
  return answer(to_json(parts_.denials.seen_by(viewer, limit)));
}

}  // namespace tributary::hub::gateway
