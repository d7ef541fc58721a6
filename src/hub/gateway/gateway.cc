#include "hub/gateway/gateway.h"

#include "base/utf8.h"
#include "hub/console/page.h"
#include "hub/gateway/answers.h"
#include "hub/gateway/routes.h"
#include "hub/identity/api.h"
#include "hub/identity/console_links.h"
#include "hub/identity/operation.h"
#include "net/content_encoding.h"

namespace tributary::hub::gateway {
namespace {

using identity::ApiError;

constexpr std::size_t kUnsignedBytesMax = 64U << 10;  // of a form from anybody
constexpr std::size_t kResourceBytesMax = 2048;       // of an ARN, which nobody has looked at

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
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

// The parameters of a call of the query protocol.
Result<identity::Params> operation_params(const net::ServerRequest& request) {
  return identity::Params::parse(request.method == "POST" ? std::string_view(request.body)
                                                          : request.query());
}

// Those of an operation that needs no signature, where the request has none and asks for one.
std::optional<identity::Params> unsigned_operation(const net::ServerRequest& request) {
  if (plane_of(request.path()) != Plane::query_protocol) return std::nullopt;
  if (request.method != "POST" && request.method != "GET") return std::nullopt;
  if (request.headers.get("Authorization")) return std::nullopt;
  if (request.body.size() > kUnsignedBytesMax) return std::nullopt;
  auto params = operation_params(request);
  if (!params || !identity::StsApi::is_unsigned(params->text("Action"))) return std::nullopt;
  // A link's token has no place in a URL.
  const bool redeems = params->text("Action") == identity::kRedeemConsoleLink;
  if (redeems && request.method != "POST") return std::nullopt;
  return std::move(*params);
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
      activity_({}, parts_.clock),
      denials_({}),
      audit_(denials_, parts_.telemetry, parts_.log, parts_.clock),
      console_({.identities = parts_.identities,
                .assumed_roles = sts_.assumed_roles(),
                .identity_mutex = identity_mutex_,
                .catalog = parts_.catalog,
                .dashboards = parts_.dashboards,
                .activity = activity_,
                .denials = denials_,
                .clock = parts_.clock}),
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

std::optional<net::Response> Gateway::answer_unsigned(const net::ServerRequest& request) {
  const std::string_view path = request.path();
  if (!path.starts_with("/-/") && path != "/metrics") {
    auto page = console::page(request);
    if (page) audit_.count("tributary:GetPage", page->status);
    return page;
  }
  if (!is_loopback(request.peer_address)) return text_response(403, "from loopback only\n");
  if (request.method != "GET" && request.method != "HEAD") return text_response(405, "GET only\n");
  if (path == "/-/healthy") return text_response(200, "Tributary Hub is Healthy.\n");
  if (path == "/-/ready")
    return ready_ ? text_response(200, "Tributary Hub is Ready.\n")
                  : text_response(503, "Service Unavailable\n");
  if (path != "/metrics") return text_response(404, "not found\n");
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
    gauge("tributary_hub_request_bytes", "Of requests' bodies that are held.", stats.request_bytes);
    gauge("tributary_hub_requests_refused", "Requests that other bodies left no room for.",
          stats.requests_refused);
    gauge("tributary_hub_answer_bytes", "Of answers that are being sent.", stats.answer_bytes);
    gauge("tributary_hub_answers_refused", "Answers that slow readers left no room for.",
          stats.answers_refused);
    gauge("tributary_hub_clients_left", "Clients that left before their answer was made.",
          stats.clients_left);
  }
  net::Response response = text_response(200, parts_.telemetry.render());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

void Gateway::finish(Exchange& exchange) {
  net::Response& response = exchange.response;
  response.headers.set("x-amzn-RequestId", exchange.trail.request_id);
  response.headers.set("X-Content-Type-Options", "nosniff");  // it may hold what anybody sent
  audit_.record(exchange.request, response.status, exchange.trail);
  if (response.body.size() >= options_.gzip_bytes_min &&
      !response.headers.get("Content-Encoding") && net::accepts_gzip(exchange.request.headers)) {
    response.body = net::gzip(response.body);
    response.headers.set("Content-Encoding", "gzip");
  }
}

net::Response Gateway::refuse(const ApiError& error, Plane plane, Trail& trail) {
  trail.refuse(error);
  return render(error, plane, trail.request_id);
}

net::Response Gateway::dispatch(Exchange& exchange) {
  const net::ServerRequest& request = exchange.request;
  Trail& trail = exchange.trail;
  const Plane spelling = plane_of(request.path());
  if (const auto params = unsigned_operation(request))
    return run_operation(identity::kSts, *params, nullptr, exchange);
  const auto verified = verification_.verify(request);
  if (const auto* error = std::get_if<ApiError>(&verified)) {
    describe_attempt(request, trail);
    return refuse(*error, spelling, trail);
  }
  const auto& caller = std::get<Caller>(verified);
  trail.caller = caller.identity->principal.arn;
  trail.account = caller.identity->principal.account;

  const Routed routed = route(request.method, caller.path);
  if (!routed.route) {
    net::Response refused = refuse(route_error(routed.failure, request), spelling, trail);
    if (!routed.allow.empty()) refused.headers.set("Allow", routed.allow);
    return refused;
  }
  trail.action = routed.route->action;
  trail.changes = routed.route->changes;
  // An IAM or STS signature is good for the query protocol alone, and aps for the rest.
  if ((routed.route->plane == Plane::query_protocol) == (caller.service == "aps")) {
    return refuse({403, "SignatureDoesNotMatch", "Credential should be scoped to correct service."},
                  spelling, trail);
  }
  switch (routed.route->plane) {
    case Plane::query_protocol: return query_protocol(exchange, caller);
    case Plane::control: return control(exchange, *routed.route, caller);
    case Plane::data: return data(exchange, *routed.route, caller);
    case Plane::hub: return hub(exchange, *routed.route, caller);
  }
  return refuse({500, "ServiceFailure", "no such plane"}, spelling, trail);
}

// What somebody wanted who could not show who he is, as far as his words go: whose workspace it is
// should hear of it.
void Gateway::describe_attempt(const net::ServerRequest& request, Trail& trail) {
  const Routed routed = route(request.method, request.path());
  if (!routed.route) return;
  trail.action = routed.route->action;
  if (!is_workspace_id(routed.route->workspace_id)) return;
  const auto record = parts_.catalog.find(routed.route->workspace_id);
  if (record && *record) trail.resource = (*record)->arn();
}

net::Response Gateway::query_protocol(Exchange& exchange, const Caller& caller) {
  const identity::ApiService& service = caller.service == "iam" ? identity::kIam : identity::kSts;
  const auto params = operation_params(exchange.request);
  if (params) return run_operation(service, *params, &caller, exchange);
  const ApiError error(400, "MalformedQueryString", params.error().message());
  exchange.trail.refuse(error);
  return to_response(identity::error_response(service, error, exchange.trail.request_id));
}

net::Response Gateway::run_operation(const identity::ApiService& service,
                                     const identity::Params& params, const Caller* caller,
                                     Exchange& exchange) {
  Trail& trail = exchange.trail;
  identity::ApiRequest call{.params = params,
                            .caller = {},
                            .request_id = trail.request_id,
                            .context = context_of(exchange.request)};
  if (caller != nullptr) call.caller = caller->identity->principal;
  const std::lock_guard lock(identity_mutex_);
  identity::ApiResponse answer = caller == nullptr             ? sts_.handle_unsigned(call)
                                 : &service == &identity::kIam ? iam_.handle(call)
                                                               : sts_.handle(call);
  trail.action = answer.action;
  trail.resource = shorten(answer.resource, kResourceBytesMax);
  trail.changes = answer.changes;
  if (answer.error) trail.refuse(*answer.error);
  if (answer.refusal) {
    Trail theirs{.request_id = trail.request_id,
                 .caller = answer.refusal->caller,
                 .account = answer.refusal->account,
                 .action = answer.refusal->action,
                 .resource = shorten(answer.refusal->resource, kResourceBytesMax)};
    theirs.refuse(answer.refusal->error);
    audit_.write(exchange.request, answer.refusal->error.status, theirs);
  }
  return to_response(std::move(answer));
}

Gateway::Denied Gateway::authorize(const net::ServerRequest& request, const Caller& caller,
                                   Access access, Trail& trail) {
  trail.action = access.action;
  trail.resource = access.resource;
  identity::AccessRequest asked{.principal = caller.identity->principal,
                                .action = std::move(access.action),
                                .resource = std::move(access.resource),
                                .resource_account = std::move(access.account),
                                .context = context_of(request)};
  asked.context.set("aws:RequestedRegion", access.region);
  if (access.tags != nullptr)
    for (const auto& [key, value] : *access.tags)
      asked.context.set("aws:ResourceTag/" + key, value);
  const std::lock_guard lock(identity_mutex_);
  const auto decision = authorizer_.authorize(asked);
  if (!decision) return ApiError(decision.error());
  if (decision->allowed()) return std::nullopt;
  return identity::access_denied(asked, *decision);
}

}  // namespace tributary::hub::gateway
