#include "aws/providers.h"

#include "aws/credentials_json.h"
#include "base/strings.h"

namespace tributary::aws {
namespace {

constexpr Duration kContainerTimeout = 5s;
constexpr std::size_t kAnswerBytesMax = 64U << 10;
constexpr std::string_view kRolesPath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kTokenPath = "/latest/api/token";
constexpr std::string_view kTokenSeconds = "300";

HopError no_answer(std::string_view hop, std::string_view endpoint, const Error& error) {
  return {.hop = std::string(hop),
          .endpoint = std::string(endpoint),
          .message = error.message(),
          .kind = error.code()};
}

HopError refused(std::string_view hop, std::string_view endpoint, const net::Response& response) {
  const Refusal refusal = parse_refusal(response);
  return {.hop = std::string(hop),
          .endpoint = std::string(endpoint),
          .http_status = response.status,
          .code = refusal.code,
          .message = refusal.message,
          .request_id = refusal.request_id,
          .kind = response.status >= 500 ? Code::unavailable : Code::unauthenticated};
}

}  // namespace

net::Task<Result<Credentials>> StaticProvider::retrieve(std::stop_token /*stop*/) {
  co_return credentials_;
}

net::Task<Result<Credentials>> ProcessProvider::retrieve(std::stop_token stop) {
  Result<std::string> output = co_await environment_.processes.run(command_.argv, stop);
  if (!output) co_return output.error().within("credential_process");
  Result<Credentials> credentials = parse_process_credentials(*output);
  if (!credentials) co_return credentials.error().within(describe());
  credentials->source = describe();
  co_return credentials;
}

Result<net::Request> ContainerProvider::make_request() const {
  TRIBUTARY_TRY(net::Url url, net::parse_url(endpoint_.url));
  net::Request request{.url = std::move(url),
                       .headers = {{"Accept", "application/json"}},
                       .timeout = kContainerTimeout,
                       .response_bytes_max = kAnswerBytesMax};
  std::string token = endpoint_.token;
  if (!endpoint_.token_file.empty()) {
    TRIBUTARY_TRY(token, environment_.read_file(endpoint_.token_file));
  }
  token = std::string(trim(token));
  if (token.find_first_of("\r\n") != std::string::npos)
    return Error(Code::invalid_argument, "the container authorization token holds a line break");
  if (!token.empty()) request.headers.add("Authorization", token);
  return request;
}

net::Task<Result<Credentials>> ContainerProvider::retrieve(std::stop_token stop) {
  constexpr std::string_view kHop = "container credentials";
  failure_.reset();
  const auto fail = [this](HopError error) {
    failure_ = std::move(error);
    return failure_->to_error();
  };
  Result<net::Request> request = make_request();
  if (!request) co_return fail(no_answer(kHop, endpoint_.url, request.error()));
  Result<net::Response> response =
      co_await environment_.metadata_http.send(std::move(*request), stop);
  if (!response) co_return fail(no_answer(kHop, endpoint_.url, response.error()));
  if (response->status != 200) co_return fail(refused(kHop, endpoint_.url, *response));
  Result<Credentials> credentials = parse_endpoint_credentials(response->body);
  if (!credentials) co_return fail(no_answer(kHop, endpoint_.url, credentials.error()));
  credentials->source = describe();
  co_return credentials;
}

net::Task<Result<std::string>> InstanceMetadataProvider::fetch_token(std::stop_token stop) {
  auto url = net::parse_url(metadata_.endpoint + std::string(kTokenPath));
  if (!url) co_return url.error().within("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  net::Request request{
      .method = "PUT",
      .url = std::move(*url),
      .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", std::string(kTokenSeconds)}},
      .body = net::make_body(""),
      .timeout = kTimeout,
      .response_bytes_max = kAnswerBytesMax};
  Result<net::Response> response =
      co_await environment_.metadata_http.send(std::move(request), stop);
  if (response && response->status == 200) co_return std::string(trim(response->body));
  const bool offered =
      response && response->status != 403 && response->status != 404 && response->status != 405;
  const bool may_be_v1 = response || response.error().code() == Code::timeout;
  if (!metadata_.v1_disabled && !offered && may_be_v1) co_return std::string();
  const HopError error =
      response ? refused("instance metadata token", metadata_.endpoint, *response)
               : no_answer("instance metadata token", metadata_.endpoint, response.error());
  co_return error.to_error();
}

net::Task<Result<std::string>> InstanceMetadataProvider::fetch(std::string path, std::string token,
                                                               std::stop_token stop) {
  auto url = net::parse_url(metadata_.endpoint + path);
  if (!url) co_return url.error();
  net::Request request{
      .url = std::move(*url), .timeout = kTimeout, .response_bytes_max = kAnswerBytesMax};
  if (!token.empty()) request.headers.add("X-aws-ec2-metadata-token", token);
  Result<net::Response> response =
      co_await environment_.metadata_http.send(std::move(request), stop);
  if (!response) co_return response.error();
  if (response->status == 200) co_return std::move(response->body);
  failure_ = refused("instance metadata", metadata_.endpoint + path, *response);
  co_return failure_->to_error();
}

net::Task<Result<Credentials>> InstanceMetadataProvider::retrieve(std::stop_token stop) {
  failure_.reset();
  const auto fail = [this](const Error& error) {
    if (!failure_) failure_ = no_answer("instance metadata", metadata_.endpoint, error);
    return failure_->to_error();
  };
  Result<std::string> token = co_await fetch_token(stop);
  if (!token) co_return fail(token.error());
  std::string roles_path(kRolesPath);
  Result<std::string> roles = co_await fetch(roles_path, *token, stop);
  if (!roles) co_return fail(roles.error());
  const std::string_view role = trim(std::string_view(*roles).substr(0, roles->find('\n')));
  if (role.empty())
    co_return fail(Error(Code::unauthenticated, "the instance has no role attached"));
  std::string role_path = roles_path + percent_encode(role);
  Result<std::string> body = co_await fetch(std::move(role_path), *token, stop);
  if (!body) co_return fail(body.error());
  Result<Credentials> credentials = parse_endpoint_credentials(*body);
  if (!credentials) co_return fail(credentials.error());
  credentials->source = describe();
  co_return credentials;
}

}  // namespace tributary::aws
