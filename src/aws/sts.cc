#include "aws/sts.h"

#include "aws/arn.h"
#include "aws/credentials_json.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

constexpr Duration kStsTimeout = 10s;
constexpr Duration kMetadataTimeout = 2s;
constexpr std::size_t kAnswerBytesMax = 256U << 10;

net::Request sts_request(const Environment& environment, net::Url url, std::string body) {
  net::Request request{.method = "POST",
                       .url = std::move(url),
                       .body = net::make_body(std::move(body)),
                       .timeout = kStsTimeout,
                       .response_bytes_max = kAnswerBytesMax};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.headers.add("Accept", "application/xml");
  if (!environment.user_agent.empty()) request.headers.add("User-Agent", environment.user_agent);
  return request;
}

// Reads an answer of STS. `hop` says what was asked.
std::variant<Credentials, HopError> read_answer(const Result<net::Response>& response, HopError hop,
                                                bool external_id_given) {
  if (!response) {
    hop.message = response.error().message();
    hop.kind = response.error().code();
    return hop;
  }
  if (response->status == 200) {
    auto credentials = parse_assumed_role(response->body);
    if (credentials) return std::move(*credentials);
    hop.message = credentials.error().message();
    return hop;
  }
  const Refusal refusal = parse_refusal(*response);
  if (std::string caller = caller_in_message(refusal.message); !caller.empty())
    hop.caller = std::move(caller);
  hop.http_status = refusal.http_status;
  hop.code = refusal.code;
  hop.message = refusal.message;
  hop.request_id = refusal.request_id;
  Advice advice = advise(refusal, {.action = hop.hop,
                                   .caller = hop.caller,
                                   .role_arn = hop.role_arn,
                                   .external_id_given = external_id_given});
  hop.likely_cause = std::move(advice.likely_cause);
  hop.next_action = std::move(advice.next_action);
  hop.kind = refusal.http_status >= 500 ? Code::unavailable : Code::unauthenticated;
  return hop;
}

std::string region_or_default(const std::string& region, const Environment& environment) {
  return region.empty() ? region_from_env(environment.env) : region;
}

}  // namespace

net::Task<std::string> SessionNamer::name(std::stop_token stop) {
  const std::string metadata = environment_.env("ECS_CONTAINER_METADATA_URI_V4");
  if (task_id_.empty() && !metadata.empty()) {
    if (auto url = net::parse_url(metadata + "/task")) {
      net::Request request{.url = std::move(*url), .timeout = kMetadataTimeout};
      Result<net::Response> response =
          co_await environment_.metadata_http.send(std::move(request), stop);
      if (response && response->status == 200) {
        const std::string text = parse_task_arn(response->body);
        const auto arn = parse_arn(text);
        if (arn) task_id_ = std::string(arn->resource_name());
      }
    }
  }
  const std::string& id = task_id_.empty() ? environment_.hostname : task_id_;
  co_return session_name_from("tributary-" + (id.empty() ? "unknown" : id));
}

AssumeRoleProvider::AssumeRoleProvider(const Environment& environment,
                                       std::unique_ptr<CredentialsProvider> source, RoleHop hop,
                                       std::string region)
    : environment_(environment),
      hop_(std::move(hop)),
      region_(region_or_default(region, environment)),
      namer_(environment),
      source_(std::move(source), environment.loop, environment.random),
      client_(environment.http, source_, environment.clock(), Logger(),
              {.scope = {.region = region_, .service = "sts"}}) {}

std::string AssumeRoleProvider::describe() const {
  return "role " + hop_.role_arn + " by " + source_.describe();
}

const HopError* AssumeRoleProvider::last_failure() const {
  if (const HopError* const before = source_.last_failure()) return before;
  return failure_ ? &*failure_ : nullptr;
}

net::Task<Result<Credentials>> AssumeRoleProvider::retrieve(std::stop_token stop) {
  failure_.reset();
  HopError hop{.hop = "sts:AssumeRole", .role_arn = hop_.role_arn, .region = region_};
  auto url = sts_endpoint(region_, environment_.env);
  if (!url) {
    hop.message = url.error().message();
    failure_ = std::move(hop);
    co_return failure_->to_error();
  }
  hop.endpoint = url->to_string();
  RoleHop asked = hop_;
  if (asked.session_name.empty()) asked.session_name = co_await namer_.name(stop);
  net::Request request = sts_request(environment_, std::move(*url), assume_role_body(asked));
  Result<net::Response> response = co_await client_.send(std::move(request), stop);
  // Without credentials of its own the request never went out: that hop is to be told, not this.
  if (!response && source_.last_failure() != nullptr) co_return response.error();

  hop.caller = source_.principal();
  auto outcome = read_answer(response, std::move(hop), !hop_.external_id.empty());
  if (auto* const failed = std::get_if<HopError>(&outcome)) {
    failure_ = std::move(*failed);
    co_return failure_->to_error();
  }
  Credentials credentials = std::move(std::get<Credentials>(outcome));
  *credentials.expiration -= client_.clock_offset();
  credentials.source = describe();
  co_return credentials;
}

WebIdentityProvider::WebIdentityProvider(const Environment& environment, WebIdentity identity,
                                         std::string region)
    : environment_(environment),
      identity_(std::move(identity)),
      region_(region_or_default(region, environment)),
      namer_(environment) {}

std::string WebIdentityProvider::describe() const {
  return "role " + identity_.role_arn + " by the web identity token in " + identity_.token_file;
}

net::Task<Result<Credentials>> WebIdentityProvider::retrieve(std::stop_token stop) {
  failure_.reset();
  HopError hop{.hop = "sts:AssumeRoleWithWebIdentity",
               .caller = "web identity token in " + identity_.token_file,
               .role_arn = identity_.role_arn,
               .region = region_};
  const auto fail = [this, &hop](std::string message) {
    failure_ = std::move(hop);
    failure_->message = std::move(message);
    return failure_->to_error();
  };
  auto url = sts_endpoint(region_, environment_.env);
  if (!url) co_return fail(url.error().message());
  hop.endpoint = url->to_string();
  Result<std::string> token = environment_.read_file(identity_.token_file);
  if (!token) co_return fail(token.error().message());
  RoleHop asked{.role_arn = identity_.role_arn, .session_name = identity_.session_name};
  if (asked.session_name.empty()) asked.session_name = co_await namer_.name(stop);
  net::Request request =
      sts_request(environment_, std::move(*url), web_identity_body(asked, trim(*token)));
  Result<net::Response> response = co_await environment_.http.send(std::move(request), stop);
  auto outcome = read_answer(response, std::move(hop), false);
  if (auto* const failed = std::get_if<HopError>(&outcome)) {
    failure_ = std::move(*failed);
    co_return failure_->to_error();
  }
  Credentials credentials = std::move(std::get<Credentials>(outcome));
  credentials.source = describe();
  co_return credentials;
}

}  // namespace tributary::aws
