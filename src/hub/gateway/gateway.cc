#include "hub/gateway/gateway.h"

#include <algorithm>

#include "base/strings.h"
#include "hub/gateway/answers.h"
#include "hub/gateway/routes.h"
#include "hub/identity/api.h"
#include "hub/identity/operation.h"
#include "net/content_encoding.h"

namespace tributary::hub::gateway {
namespace {

using identity::ApiError;

net::Response text(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body)};
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

// "gzip", or "gzip;q=0.5"; a weight of zero refuses it (RFC 9110, 12.5.3).
bool is_gzip(std::string_view coding) {
  const std::vector<std::string_view> parts = split(coding, ';');
  if (trim(parts[0]) != "gzip") return false;
  for (const std::string_view parameter : parts)
    if (trim(parameter).starts_with("q=0") &&
        trim(parameter).find_first_not_of("q=0.") == std::string_view::npos)
      return false;
  return true;
}

bool accepts_gzip(const net::ServerRequest& request) {
  for (const std::string_view value : request.headers.get_all("Accept-Encoding")) {
    const std::vector<std::string_view> codings = split(value, ',');
    if (std::any_of(codings.begin(), codings.end(), is_gzip)) return true;
  }
  return false;
}

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

net::Response to_response(workspaces::Answer answer) {
  net::Response response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  if (!answer.content_type.empty()) response.headers.set("Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers) response.headers.set(name, value);
  return response;
}

// A query that did not get its turn, in the words of Prometheus and Cortex.
net::Response not_admitted(QueryQueue::Admission admission) {
  const auto answer = [](int status, const char* type, const char* error) {
    return net::Response{.status = status,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = std::string("{\"status\":\"error\",\"errorType\":\"") + type +
                                 "\",\"error\":\"" + error + "\"}"};
  };
  switch (admission) {
    case QueryQueue::Admission::full: {
      net::Response full = answer(429, "too_many_requests", "too many outstanding requests");
      full.headers.set("Retry-After", "1");
      return full;
    }
    case QueryQueue::Admission::timed_out:
      return answer(503, "timeout", "query timed out in query queue");
    default: return answer(499, "canceled", "query was canceled in query queue");
  }
}

identity::RequestContext context_of(const net::ServerRequest& request) {
  identity::RequestContext context;
  context.set("aws:SourceIp", request.peer_address);
  context.set("aws:SecureTransport", request.is_tls ? "true" : "false");
  if (const auto agent = request.headers.get("User-Agent")) context.set("aws:UserAgent", *agent);
  return context;
}

ApiError route_error(RouteFailure failure, const net::ServerRequest& request) {
  switch (failure) {
    case RouteFailure::wrong_method:
      return {405, "MethodNotAllowed", request.method + " is not allowed here"};
    case RouteFailure::bad_escape:
      return {400, "ValidationError", "the path has a broken percent escape"};
    case RouteFailure::unknown_path: break;
  }
  return {404, "UnknownOperationException", "no such operation: " + std::string(request.path())};
}

}  // namespace

Gateway::Gateway(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(options),
      authenticator_(parts_.identities),
      authorizer_(parts_.identities),
      iam_(parts_.identities, authorizer_),
      sts_(parts_.identities, authenticator_, authorizer_),
      verification_(authenticator_, identity_mutex_, parts_.clock),
      amp_(parts_.catalog, parts_.workspaces, parts_.limits, parts_.clock, parts_.random),
      queue_(parts_.loop, options.queries_running_max) {}

net::Task<net::Response> Gateway::handle(net::ServerRequest request) {
  if (auto answer = answer_unsigned(request)) co_return std::move(*answer);
  Exchange exchange{.request = std::move(request)};
  auto work = [this, &exchange] {
    exchange.trail.request_id = random_uuid(parts_.random);
    exchange.response = dispatch(exchange);
    if (!exchange.query) finish(exchange);
    return true;
  };
  auto awaiting = net::run(parts_.workers, parts_.loop, std::move(work));
  co_await awaiting;
  if (exchange.query) {
    auto running = run_query(exchange);
    co_await running;
  }
  co_return std::move(exchange.response);
}

net::Task<void> Gateway::run_query(Exchange& exchange) {
  const Query& query = *exchange.query;
  const Instant asked = parts_.clock.monotonic();
  auto turn = queue_.enter(query.workspace_id, query.share, exchange.request.stop);
  const QueryQueue::Admission admission = co_await turn;
  if (admission != QueryQueue::Admission::granted) {
    exchange.response = not_admitted(admission);
    finish(exchange);
    co_return;
  }
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
  queue_.leave(query.workspace_id);
}

std::optional<net::Response> Gateway::answer_unsigned(const net::ServerRequest& request) {
  const std::string_view path = request.path();
  if (!path.starts_with("/-/") && path != "/metrics") return std::nullopt;
  if (!is_loopback(request.peer_address)) return text(403, "from loopback only\n");
  if (request.method != "GET" && request.method != "HEAD") return text(405, "GET only\n");
  if (path == "/-/healthy") return text(200, "Tributary Hub is Healthy.\n");
  if (path == "/-/ready")
    return ready_ ? text(200, "Tributary Hub is Ready.\n") : text(503, "Service Unavailable\n");
  if (path != "/metrics") return text(404, "not found\n");
  return metrics();
}

net::Response Gateway::metrics() {
  const auto gauge = [this](const char* name, const char* help, auto value) {
    parts_.telemetry.gauge(name, help).set(static_cast<double>(value));
  };
  gauge("tributary_hub_queries_running", "Queries that run now.", queue_.running());
  gauge("tributary_hub_queries_waiting", "Queries that wait for their turn.", queue_.waiting());
  if (server_ != nullptr) {
    const net::HttpServer::Stats stats = server_->stats();
    gauge("tributary_hub_answer_bytes", "Of answers that are being sent.", stats.answer_bytes);
    gauge("tributary_hub_answers_refused", "Answers that slow readers left no room for.",
          stats.answers_refused);
    gauge("tributary_hub_clients_left", "Clients that left before their answer was made.",
          stats.clients_left);
  }
  net::Response response = text(200, parts_.telemetry.render());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

void Gateway::finish(Exchange& exchange) {
  net::Response& response = exchange.response;
  response.headers.set("x-amzn-RequestId", exchange.trail.request_id);
  audit(exchange.request, response.status, exchange.trail);
  if (response.body.size() >= options_.gzip_bytes_min &&
      !response.headers.get("Content-Encoding") && accepts_gzip(exchange.request)) {
    response.body = net::gzip(response.body);
    response.headers.set("Content-Encoding", "gzip");
  }
}

net::Response Gateway::dispatch(Exchange& exchange) {
  const net::ServerRequest& request = exchange.request;
  Trail& trail = exchange.trail;
  const Plane spelling = plane_of(request.path());
  const auto refuse = [&](const ApiError& error) {
    trail.explanation = error.explanation.empty() ? error.code : error.explanation;
    trail.internal = error.internal;
    return render(error, spelling, trail.request_id);
  };
  const auto verified = verification_.verify(request);
  if (const auto* error = std::get_if<ApiError>(&verified)) return refuse(*error);
  const auto& caller = std::get<Caller>(verified);
  trail.caller = caller.identity->principal.arn;
  trail.account = caller.identity->principal.account;

  const Routed routed = route(request.method, caller.path);
  if (!routed.route) {
    net::Response refused = refuse(route_error(routed.failure, request));
    if (!routed.allow.empty()) refused.headers.set("Allow", routed.allow);
    return refused;
  }
  // An IAM or STS signature is good for the query protocol alone, and aps for the rest.
  if ((routed.route->plane == Plane::query_protocol) == (caller.service == "aps"))
    return refuse(
        {403, "SignatureDoesNotMatch", "Credential should be scoped to correct service."});
  switch (routed.route->plane) {
    case Plane::query_protocol: return query_protocol(request, caller, trail);
    case Plane::control: return control(request, *routed.route, caller, trail);
    case Plane::data: return data(exchange, *routed.route, caller);
  }
  return refuse({500, "ServiceFailure", "no such plane"});
}

net::Response Gateway::query_protocol(const net::ServerRequest& request, const Caller& caller,
                                      Trail& trail) {
  auto params = identity::Params::parse(request.method == "POST" ? std::string_view(request.body)
                                                                 : request.query());
  const bool iam = caller.service == "iam";
  if (!params) {
    return to_response(identity::error_response(
        iam ? identity::kIam : identity::kSts,
        {400, "MalformedQueryString", params.error().message()}, trail.request_id));
  }
  const identity::ApiRequest call{.params = std::move(*params),
                                  .caller = caller.identity->principal,
                                  .request_id = trail.request_id,
                                  .context = context_of(request)};
  const std::lock_guard lock(identity_mutex_);
  identity::ApiResponse answer = iam ? iam_.handle(call) : sts_.handle(call);
  trail.action = answer.action;
  trail.resource = answer.resource;
  if (answer.error) {
    trail.explanation = answer.error->explanation.empty()
                            ? answer.error->code + ": " + answer.error->message
                            : answer.error->explanation;
    trail.internal = answer.error->internal;
  }
  return to_response(std::move(answer));
}

std::optional<ApiError> Gateway::authorize(const net::ServerRequest& request, const Caller& caller,
                                           const WorkspaceRecord* on, Trail& trail) {
  const identity::Principal& principal = caller.identity->principal;
  trail.resource = on != nullptr
                       ? on->arn()
                       : "arn:aws:aps:" + caller.region + ":" + principal.account + ":/workspaces";
  identity::AccessRequest access{.principal = principal,
                                 .action = trail.action,
                                 .resource = trail.resource,
                                 .resource_account = on != nullptr ? on->account : "",
                                 .context = context_of(request)};
  access.context.set("aws:RequestedRegion", caller.region);
  if (on != nullptr)
    for (const auto& [key, value] : on->tags) access.context.set("aws:ResourceTag/" + key, value);
  const std::lock_guard lock(identity_mutex_);
  const auto decision = authorizer_.authorize(access);
  if (!decision) return ApiError(decision.error());
  if (decision->allowed()) return std::nullopt;
  return identity::access_denied(access, *decision);
}

net::Response Gateway::control(const net::ServerRequest& request, const Route& route,
                               const Caller& caller, Trail& trail) {
  trail.action = route.action;
  WorkspaceRecordPtr record;
  if (!route.workspace_id.empty()) {
    auto found = parts_.catalog.find(route.workspace_id);
    if (!found) return render(ApiError(found.error()), Plane::control, trail.request_id);
    record = std::move(*found);
  }
  // What does not exist is refused like what one may not see, unless one may see it.
  const WorkspaceRecord absent{.id = route.workspace_id,
                               .account = caller.identity->principal.account,
                               .region = caller.region};
  const WorkspaceRecord* on = !route.workspace_id.empty() ? &absent : nullptr;
  if (record) on = record.get();
  if (const auto denied = authorize(request, caller, on, trail)) {
    trail.explanation = denied->explanation;
    trail.internal = denied->internal;
    return render(*denied, Plane::control, trail.request_id);
  }
  ControlAnswer answer = record && record->region != caller.region
                             ? workspace_not_found(route.workspace_id)
                             : amp_.handle({.route = route,
                                            .account = caller.identity->principal.account,
                                            .region = caller.region,
                                            .base_url = base_url(request),
                                            .query = net::parse_form(request.query()),
                                            .body = request.body});
  net::Response response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  if (!response.body.empty()) response.headers.set("Content-Type", "application/json");
  if (!answer.error_code.empty()) response.headers.set("x-amzn-ErrorType", answer.error_code);
  return response;
}

net::Response Gateway::data(Exchange& exchange, const Route& route, const Caller& caller) {
  const net::ServerRequest& request = exchange.request;
  Trail& trail = exchange.trail;
  trail.action = route.action;
  const auto refuse = [&](const ApiError& error) {
    trail.explanation = error.explanation.empty() ? error.code : error.explanation;
    trail.internal = error.internal;
    return render(error, Plane::data, trail.request_id);
  };
  const auto found = parts_.catalog.find(route.workspace_id);
  if (!found) return refuse(found.error());
  if (!*found || (*found)->status != WorkspaceStatus::active)
    return refuse({404, "ResourceNotFoundException", "Workspace not found"});
  const WorkspaceRecord& record = **found;
  // AMP's words, the space at the end included.
  if (record.region != caller.region)
    return refuse(
        {403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "});
  if (const auto denied = authorize(request, caller, &record, trail)) return refuse(*denied);
  if (route.data_path == "remote_write") {
    const workspaces::WriteCall call{
        .content_type = request.headers.get("Content-Type").value_or(""),
        .content_encoding = request.headers.get("Content-Encoding").value_or(""),
        .body = request.body};
    return to_response(parts_.workspaces.write(record.id, call).answer);
  }
  const auto limits = parts_.limits.of(record.id);
  exchange.query = Query{.workspace_id = record.id,
                         .path = route.data_path,
                         .params = params_of(request),
                         .share = {.running_max = limits->queries_running_max,
                                   .waiting_max = limits->queries_waiting_max,
                                   .patience = limits->query_timeout}};
  return {};
}

// Every denial, every failure and every change of control state is a line; the data plane's
// successes are counted only.
void Gateway::audit(const net::ServerRequest& request, int status, const Trail& trail) {
  parts_.telemetry
      .counter("tributary_hub_requests_total", "Requests by action and status.",
               {{"action", trail.action.empty() ? "none" : trail.action},
                {"status", std::to_string(status)}})
      .add();
  const Plane plane = plane_of(request.path());
  const bool read_only = plane == Plane::data || request.method == "GET";
  if (status < 400 && read_only) return;
  std::vector<LogField> fields = {{"request_id", trail.request_id},   {"status", status},
                                  {"caller", trail.caller},           {"account", trail.account},
                                  {"action", trail.action},           {"resource", trail.resource},
                                  {"source_ip", request.peer_address}};
  if (!trail.explanation.empty()) fields.emplace_back("reason", trail.explanation);
  if (!trail.internal.empty()) fields.emplace_back("error", trail.internal);
  if (trail.action.empty()) fields.emplace_back("path", request.path());
  const bool denied = status == 401 || status == 403;
  parts_.log.log(status >= 400 ? LogLevel::warn : LogLevel::info, denied ? "denied" : "request",
                 std::move(fields));
}

}  // namespace tributary::hub::gateway
