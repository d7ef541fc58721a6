#include "collector/receivers/prometheus/http_discovery.h"

#include <utility>

#include "base/strings.h"
#include "collector/receivers/prometheus/file_discovery.h"

namespace tributary::collector::prometheus {
namespace {

bool is_json(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (!equals_ignore_case(trim(content_type.substr(0, semicolon)), "application/json"))
    return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string parameter = to_lower(trim(content_type.substr(semicolon + 1)));
  return parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

}  // namespace

Result<std::vector<TargetGroup>> read_target_answer(const std::string& url,
                                                    const net::Response& response) {
  if (response.status != 200)
    return Error(Code::unavailable, "got status " + std::to_string(response.status) + ", want 200");
  const std::string_view type = response.headers.get("Content-Type").value_or("");
  if (!is_json(type))
    return Error(Code::invalid_argument,
                 "got Content-Type \"" + std::string(type) + "\", want application/json");
  TRIBUTARY_TRY(auto groups, parse_target_json(response.body));
  for (TargetGroup& group : groups) group.labels.set("__meta_url", url);
  return groups;
}

HttpDiscovery::HttpDiscovery(const Context& context, HttpSdConfig config,
                             std::unique_ptr<net::HttpClient> client)
    : context_(context), config_(std::move(config)), client_(std::move(client)) {}

Result<net::Request> HttpDiscovery::make_request() const {
  net::Request request;
  TRIBUTARY_TRY(request.url, net::parse_url(config_.url));
  TRIBUTARY_TRY(request.headers, request_headers(config_.http));
  request.headers.set("Accept", "application/json");
  request.headers.set("User-Agent", context_.user_agent);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval());
  request.headers.set("X-Prometheus-Refresh-Interval-Seconds", std::to_string(seconds.count()));
  request.timeout = interval();
  request.response_bytes_max = kTargetFileBytesMax;
  request.follow_redirects = config_.http.follow_redirects;
  return request;
}

net::Task<Result<bool>> HttpDiscovery::refresh(std::stop_token stop) {
  Result<net::Request> request = make_request();
  if (!request) co_return request.error();
  Result<net::Response> response = co_await client_->send(std::move(*request), stop);
  if (!response) co_return response.error();
  auto groups = read_target_answer(config_.url, *response);
  if (!groups) co_return groups.error();
  if (*groups == groups_) co_return false;
  groups_ = std::move(*groups);
  co_return true;
}

}  // namespace tributary::collector::prometheus
