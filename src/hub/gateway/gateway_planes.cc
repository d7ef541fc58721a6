// What the gateway does for a caller who is known: AMP's control plane, the data plane of
// workspaces, and what the hub adds.
#include <algorithm>
#include <array>

#include "hub/gateway/answers.h"
#include "hub/gateway/gateway.h"
#include "hub/gateway/routes.h"
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"

namespace tributary::hub::gateway {
namespace {

using identity::ApiError;

std::string base_url(const net::ServerRequest& request) {
  return std::string(request.is_tls ? "https://" : "http://") +
         std::string(request.headers.get("Host").value_or("localhost"));
}

// The parameters of the form that was posted, and of the query string; the form's come first, as in
// Go, so that they win.
workspaces::Params params_of(const net::ServerRequest& request) {
  workspaces::Params params;
  const auto type = request.headers.get("Content-Type").value_or("");
  if (request.method != "GET" && type.starts_with("application/x-www-form-urlencoded"))
    params = net::parse_form(request.body);
  for (auto& pair : net::parse_form(request.query())) params.push_back(std::move(pair));
  return params;
}

// Those that read samples; the others look things up.
bool is_query(std::string_view path) {
  constexpr std::array<std::string_view, 4> kQueries = {"query", "query_range", "query_exemplars",
                                                        "read"};
  return std::find(kQueries.begin(), kQueries.end(), path) != kQueries.end();
}

bool asks_all_regions(const ControlRequest& request) {
  return request.route.operation == ControlOperation::list_workspaces &&
         workspaces::parameter(request.query, "regions") == "all";
}

std::string workspaces_arn(std::string_view region, std::string_view account) {
  return "arn:aws:aps:" + std::string(region) + ":" + std::string(account) + ":/workspaces";
}

net::Response to_response(ControlAnswer answer, Trail& trail) {
  trail.internal = std::move(answer.internal);
  return gateway::to_response(std::move(answer));
}

ControlRequest control_request(const net::ServerRequest& request, const Route& route,
                               const Caller& caller) {
  return {.route = route,
          .account = caller.identity->principal.account,
          .region = caller.region,
          .base_url = base_url(request),
          .query = net::parse_form(request.query()),
          .body = request.body};
}

}  // namespace

net::Response Gateway::control(Exchange& exchange, const Route& route, const Caller& caller) {
  Trail& trail = exchange.trail;
  ControlRequest request = control_request(exchange.request, route, caller);
  if (asks_all_regions(request)) return list_workspaces(exchange, std::move(request), caller);
  WorkspaceRecordPtr record;
  if (!route.workspace_id.empty()) {
    auto found = parts_.catalog.find(route.workspace_id);
    if (!found) return refuse(ApiError(found.error()), Plane::control, trail);
    record = std::move(*found);
  }
  Access access{.action = route.action,
                .resource = workspaces_arn(caller.region, request.account),
                .account = {},
                .region = caller.region};
  if (record) {
    access.resource = record->arn();
    access.account = record->account;
    access.tags = &record->tags;
  } else if (!route.workspace_id.empty()) {
    // What does not exist is refused like what one may not see, unless one may see it.
    const WorkspaceRecord absent{
        .id = route.workspace_id, .account = request.account, .region = caller.region};
    access.resource = absent.arn();
    access.account = absent.account;
  }
  if (const auto denied = authorize(exchange.request, caller, std::move(access), trail))
    return refuse(*denied, Plane::control, trail);
  if (record && record->region != caller.region)
    return to_response(workspace_not_found(route.workspace_id));
  ControlAnswer answer = amp_.handle(request);
  if (route.operation == ControlOperation::delete_workspace && answer.status < 300)
    activity_.forget(route.workspace_id);
  return to_response(std::move(answer), trail);
}

// In every region where the caller may, each asked for by itself. Denied is who may in none.
net::Response Gateway::list_workspaces(Exchange& exchange, ControlRequest request,
                                       const Caller& caller) {
  Trail& trail = exchange.trail;
  const auto records = parts_.catalog.list();
  if (!records) return refuse(ApiError(records.error()), Plane::control, trail);
  std::vector<std::string> regions{caller.region};
  for (const WorkspaceRecord& record : *records) {
    if (record.account != request.account) continue;
    if (std::find(regions.begin(), regions.end(), record.region) == regions.end())
      regions.push_back(record.region);
  }
  Denied denied;
  for (const std::string& region : regions) {
    auto refused = authorize(exchange.request, caller,
                             {.action = request.route.action,
                              .resource = workspaces_arn(region, request.account),
                              .account = {},
                              .region = region},
                             trail);
    if (!refused) request.regions.push_back(region);
    if (refused && !denied) denied = std::move(refused);
  }
  trail.resource = workspaces_arn(request.regions.empty() ? caller.region : "*", request.account);
  if (request.regions.empty()) return refuse(*denied, Plane::control, trail);
  return to_response(amp_.handle(request), trail);
}

net::Response Gateway::hub(Exchange& exchange, const Route& route, const Caller& caller) {
  const ControlRequest request = control_request(exchange.request, route, caller);
  Access access{.action = route.action,
                .resource = hub_resource(route, caller.region, request.account),
                .account = {},
                .region = caller.region};
  if (const auto denied = authorize(exchange.request, caller, std::move(access), exchange.trail))
    return refuse(*denied, Plane::hub, exchange.trail);
  return to_response(console_.handle(request), exchange.trail);
}

net::Response Gateway::data(Exchange& exchange, const Route& route, const Caller& caller) {
  Trail& trail = exchange.trail;
  const auto found = parts_.catalog.find(route.workspace_id);
  if (!found) return refuse(found.error(), Plane::data, trail);
  if (!*found || (*found)->status != WorkspaceStatus::active) {
    return refuse({404, "ResourceNotFoundException", "Workspace not found"}, Plane::data, trail);
  }
  const WorkspaceRecord& record = **found;
  trail.resource = record.arn();
  // AMP's words, the space at the end included.
  if (record.region != caller.region) {
    return refuse({403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. ",
                   "the workspace is in " + record.region + ": sign for that region"},
                  Plane::data, trail);
  }
  Access access{.action = route.action,
                .resource = record.arn(),
                .account = record.account,
                .region = caller.region,
                .tags = &record.tags};
  if (const auto denied = authorize(exchange.request, caller, std::move(access), trail))
    return refuse(*denied, Plane::data, trail);
  if (route.data_path == "remote_write") return write(exchange, record, caller);
  if (route.data_path == "status/activity") return activity(record, trail);
  if (is_query(route.data_path)) activity_.asked(record.id, caller.identity->principal);
  const auto limits = parts_.limits.of(record.id);
  exchange.query = Query{.workspace_id = record.id,
                         .path = route.data_path,
                         .params = params_of(exchange.request),
                         .share = {.running_max = limits->queries_running_max,
                                   .waiting_max = limits->queries_waiting_max,
                                   .patience = limits->query_timeout}};
  return {};
}

net::Response Gateway::write(Exchange& exchange, const WorkspaceRecord& record,
                             const Caller& caller) {
  const net::Headers& headers = exchange.request.headers;
  const workspaces::WriteCall call{.content_type = headers.get("Content-Type").value_or(""),
                                   .content_encoding = headers.get("Content-Encoding").value_or(""),
                                   .body = exchange.request.body};
  workspaces::WriteOutcome outcome = parts_.workspaces.write(record.id, call);
  activity_.wrote(record.id, caller.identity->principal, headers.get("User-Agent").value_or(""),
                  outcome);
  return to_response(std::move(outcome.answer));
}

// Answered at once, whatever queries wait: one looks here because they do.
net::Response Gateway::activity(const WorkspaceRecord& record, Trail& trail) {
  const auto usage = parts_.workspaces.usage(record.id);
  if (!usage) return refuse(usage.error(), Plane::data, trail);
  return to_response(
      workspaces::success(to_json(activity_.of(record.id), *usage, *parts_.limits.of(record.id))));
}

net::Task<void> Gateway::run_query(Exchange& exchange) {
  const Query& query = *exchange.query;
  const Instant asked = parts_.clock.monotonic();
  activity_.queries(query.workspace_id, {.waiting = 1});
  auto turn = queue_.enter(query.workspace_id, query.share, exchange.request.stop);
  const QueryQueue::Admission admission = co_await turn;
  activity_.queries(query.workspace_id, {.waiting = -1});
  if (admission != QueryQueue::Admission::granted) {
    exchange.response = not_admitted(admission);
    finish(exchange);
    co_return;
  }
  activity_.queries(query.workspace_id, {.running = 1});
  auto work = [this, &exchange, asked] {
    const Query& allowed = *exchange.query;
    exchange.response = to_response(
        parts_.workspaces.call(allowed.workspace_id, {.path = allowed.path,
                                                      .params = allowed.params,
                                                      .body = exchange.request.body,
                                                      .queued = parts_.clock.monotonic() - asked,
                                                      .stop = exchange.request.stop}));
    finish(exchange);
    return true;
  };
  auto awaiting = net::run(parts_.queries, parts_.loop, std::move(work));
  co_await awaiting;
  activity_.queries(query.workspace_id, {.running = -1});
  queue_.leave(query.workspace_id);
}

}  // namespace tributary::hub::gateway
