#include "aws/signing_client.h"

#include <array>
#include <utility>

#include "base/duration.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::aws {
namespace {

bool may_be_auth_failure(const net::Response& response) {
  return response.status == 400 || response.status == 401 || response.status == 403;
}

// As they will stand on the wire: the client adds these two.
net::Headers headers_on_wire(const net::Request& request) {
  net::Headers headers = request.headers;
  headers.set("Host", request.url.host_header());
  if (request.body && !request.body->empty())
    headers.set("Content-Length", std::to_string(request.body->size()));
  return headers;
}

}  // namespace

SigningScope scope_of_host(std::string_view host) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kServices = {
      {{"aps-workspaces", "aps"},
       {"aps", "aps"},
       {"search-", "es"},
       {"logs", "logs"},
       {"xray", "xray"},
       {"monitoring", "monitoring"},
       {"sts", "sts"}}};
  const auto labels = split(host, '.');
  const bool is_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") ||
                      host.ends_with(".api.aws");
  if (!is_aws || labels.size() < 4) return {};
  SigningScope scope{.region = std::string(labels[1])};
  for (const auto& [prefix, service] : kServices) {
    const bool open = prefix.ends_with('-');
    if (open ? labels[0].starts_with(prefix) : labels[0] == prefix)
      scope.service = std::string(service);
  }
  return scope;
}

SigningClient::SigningClient(net::HttpClient& inner, CachedCredentials& credentials,
                             const Clock& clock, Logger log, SigningOptions options)
    : inner_(inner),
      credentials_(credentials),
      clock_(clock),
      log_(std::move(log)),
      options_(std::move(options)),
      refusal_limiter_(options_.log_interval),
      scope_limiter_(options_.log_interval) {}

net::Task<Result<net::Response>> SigningClient::send(net::Request request, std::stop_token stop) {
  request.follow_redirects = false;  // a signature is good for one host only
  for (bool first = true;; first = false) {
    Result<Credentials> credentials = co_await credentials_.get(stop);
    if (!credentials) {
      const Error& error = credentials.error();
      if (error.code() == Code::cancelled) co_return error;
      co_return Error(Code::unauthenticated, "waiting for credentials: " + error.message());
    }
    net::Request attempt = with_signature(request, *credentials);
    Result<net::Response> response = co_await inner_.send(std::move(attempt), stop);
    if (!response || !may_be_auth_failure(*response)) co_return response;
    const Refusal refusal = parse_refusal(*response);
    if (first && can_remedy(refusal, *response, *credentials)) continue;
    if (response->status != 400) report(refusal, request, *credentials);
    co_return response;
  }
}

SigningScope SigningClient::scope_for(const net::Request& request) {
  SigningScope scope = options_.scope;
  if (!scope.region.empty() && !scope.service.empty()) return scope;
  SigningScope told = scope_of_host(request.url.host);
  if (scope.region.empty()) scope.region = std::move(told.region);
  if (scope.region.empty()) scope.region = options_.default_region;
  if (scope.service.empty()) scope.service = std::move(told.service);
  const bool complete = !scope.region.empty() && !scope.service.empty();
  if (!complete && scope_limiter_.allow(clock_.monotonic()).allowed) {
    log_.warn("signing without a region or service: the host tells none, set them",
              {{"host", request.url.host}, {"region", scope.region}, {"service", scope.service}});
  }
  return scope;
}

net::Request SigningClient::with_signature(net::Request request, const Credentials& credentials) {
  const net::Headers headers = headers_on_wire(request);
  const RequestView view{.method = request.method,
                         .target = request.url.target,
                         .headers = headers,
                         .body = request.body ? std::string_view(*request.body) : ""};
  const SignedRequest signature =
      sign(view, credentials, scope_for(request), clock_.now() + clock_offset_);
  request.headers.erase("X-Amz-Security-Token");
  for (const auto& [name, value] : signature.headers) request.headers.set(name, value);
  return request;
}

bool SigningClient::can_remedy(const Refusal& refusal, const net::Response& response,
                               const Credentials& credentials) {
  switch (remedy_of(refusal)) {
    case Remedy::none:
      // A 400 is about the request.
      return response.status != 400 && take_clock_from(response, kClockDifferenceLarge);
    case Remedy::fix_clock: return take_clock_from(response, kClockDifferenceMin);
    case Remedy::refresh_credentials:
      take_clock_from(response, kClockDifferenceLarge);
      credentials_.invalidate(credentials.access_key_id);
      return true;
  }
  return false;
}

bool SigningClient::take_clock_from(const net::Response& response, Duration least_difference) {
  const auto date = parse_http_date(response.headers.get("Date").value_or(""));
  if (!date) return false;
  const Duration offset = *date - clock_.now();
  const Duration difference = std::chrono::abs(offset - clock_offset_);
  if (difference < least_difference || std::chrono::abs(offset) > kClockOffsetMax) return false;
  clock_offset_ = offset;
  log_.warn(
      "the clock of this machine differs from the server's, signing with the server's",
      {{"server_is_ahead_by", go_duration(std::chrono::floor<std::chrono::seconds>(offset))}});
  return true;
}

void SigningClient::report(const Refusal& refusal, const net::Request& request,
                           const Credentials& credentials) {
  const auto verdict = refusal_limiter_.allow(clock_.monotonic());
  if (!verdict.allowed) return;
  const SigningScope scope = scope_for(request);
  const std::string action = options_.action.empty() ? scope.service : options_.action;
  std::string caller = caller_in_message(refusal.message);
  if (caller.empty()) caller = credentials.principal();
  // The role has been assumed by now: what is missing is a permission of its session.
  const Hop hop{.action = action, .caller = caller, .role_arn = ""};
  Advice advice = advise(refusal, hop);
  const HopError error{.hop = action,
                       .caller = caller,
                       .role_arn = options_.role_arn,
                       .region = scope.region,
                       .endpoint = request.url.to_string(),
                       .http_status = refusal.http_status,
                       .code = refusal.code,
                       .message = refusal.message,
                       .request_id = refusal.request_id,
                       .likely_cause = std::move(advice.likely_cause),
                       .next_action = std::move(advice.next_action)};
  std::vector<LogField> fields = error.fields();
  if (verdict.suppressed > 0) fields.emplace_back("suppressed", verdict.suppressed);
  log_.warn("a signed request was refused", std::move(fields));
}

}  // namespace tributary::aws
