#include "collector/processors/resourcedetection/probe.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "collector/processors/resourcedetection/detectors.h"
#include "collector/processors/resourcedetection/tag_matcher.h"

namespace tributary::collector::resourcedetection {
namespace {

constexpr std::string_view kInstanceService = "http://169.254.169.254";
constexpr std::size_t kTagsMax = 64;  // EC2 allows 50

Result<Resource> nothing() { return Resource{}; }

}  // namespace

net::Task<Result<Resource>> Probe::detect(Detector detector, Instant deadline,
                                          std::stop_token stop) {
  switch (detector) {
    case Detector::env: {
      const std::string text = context_.env("OTEL_RESOURCE_ATTRIBUTES");
      if (!trim(text).empty()) co_return read_env(text);
      const std::string old = context_.env("OTEL_RESOURCE");
      co_return read_env(old);
    }
    case Detector::system: co_return read_system(this_machine(), config_.system);
    case Detector::ecs: {
      auto ecs = co_await detect_ecs(deadline, std::move(stop));
      co_return ecs;
    }
    case Detector::ec2: {
      auto ec2 = co_await detect_ec2(deadline, std::move(stop));
      co_return ec2;
    }
  }
  co_return nothing();
}

net::Task<Result<Resource>> Probe::detect_ecs(Instant deadline, std::stop_token stop) {
  std::string base(trim(context_.env("ECS_CONTAINER_METADATA_URI_V4")));
  if (base.empty()) base = trim(context_.env("ECS_CONTAINER_METADATA_URI"));
  if (base.empty()) co_return nothing();
  std::string task_url = base + "/task";
  TRIBUTARY_CO_TRY(const std::string task,
                   co_await get(std::move(task_url), net::Headers(), deadline, stop));
  TRIBUTARY_CO_TRY(const std::string self,
                   co_await get(std::move(base), net::Headers(), deadline, stop));
  co_return read_ecs(task, self, config_.ecs);
}

net::Task<std::optional<std::string>> Probe::fetch_token(std::string base, Instant deadline,
                                                         std::stop_token stop) {
  const auto url = net::parse_url(base + "/latest/api/token");
  if (!url) co_return std::nullopt;
  const Duration left = deadline - context_.clock().monotonic();
  net::Request request{.method = "PUT",
                       .url = *url,
                       .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}},
                       .body = net::make_body(""),
                       .timeout = std::min(left, kInstanceTimeout),
                       .response_bytes_max = kDocumentBytesMax};
  if (left <= 0s) co_return std::nullopt;
  const Result<net::Response> response = co_await http_.send(std::move(request), std::move(stop));
  if (!response) co_return std::nullopt;
  co_return response->status == 200 ? std::string(trim(response->body)) : std::string();
}

net::Task<Result<Resource>> Probe::detect_ec2(Instant deadline, std::stop_token stop) {
  const bool missing_is_fine = !config_.ec2.fail_on_missing_metadata;
  std::string base = context_.env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) base = kInstanceService;
  while (base.ends_with('/')) base.pop_back();
  // Fargate has no instance that would answer; not to ask saves the wait.
  if (to_lower(context_.env("AWS_EC2_METADATA_DISABLED")) == "true" ||
      (missing_is_fine && context_.env("AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE"))
    co_return nothing();
  const std::optional<std::string> token = co_await fetch_token(base, deadline, stop);
  if (!token && missing_is_fine) co_return nothing();
  if (!token) co_return Error(Code::unavailable, base + ": no instance metadata");
  net::Headers headers;
  if (!token->empty()) headers.add("X-aws-ec2-metadata-token", *token);

  const std::string metadata = base + "/latest/meta-data/";
  std::string url = metadata + "instance-id";
  const auto id = co_await get(std::move(url), headers, deadline, stop);
  if (!id && missing_is_fine) co_return nothing();
  if (!id) co_return id.error();
  Instance instance;
  url = base + "/latest/dynamic/instance-identity/document";
  TRIBUTARY_CO_TRY(instance.identity_json, co_await get(std::move(url), headers, deadline, stop));
  url = metadata + "hostname";
  TRIBUTARY_CO_TRY(instance.hostname, co_await get(std::move(url), headers, deadline, stop));
  if (config_.ec2.tags.empty()) co_return read_ec2(instance, config_.ec2);

  TRIBUTARY_CO_TRY(const TagMatcher wanted, TagMatcher::make(config_.ec2.tags));
  url = metadata + "tags/instance";
  const auto keys = co_await get(std::move(url), headers, deadline, stop);
  if (!keys) context_.log.warn("Failed to list tags", {{"error", keys.error().message()}});
  const std::string text = keys ? *keys : std::string();
  for (const std::string_view line : split(text, '\n')) {
    const std::string key(trim(line));
    if (key.empty() || !wanted.matches(key) || instance.tags.size() >= kTagsMax) continue;
    url = metadata + "tags/instance/" + key;
    auto value = co_await get(std::move(url), headers, deadline, stop);
    if (value) {
      instance.tags[key] = std::move(*value);
    } else {
      context_.log.warn("Failed to read a tag", {{"error", value.error().message()}});
    }
  }
  co_return read_ec2(instance, config_.ec2);
}

net::Task<Result<std::string>> Probe::get(std::string url, net::Headers headers, Instant deadline,
                                          std::stop_token stop) {
  net::Request request;
  TRIBUTARY_CO_TRY(request.url, net::parse_url(url));
  request.headers = std::move(headers);
  request.headers.add("User-Agent", context_.user_agent);
  request.response_bytes_max = kDocumentBytesMax;
  request.timeout = deadline - context_.clock().monotonic();
  if (request.timeout <= 0s) co_return Error(Code::timeout, url + ": no time left");
  Result<net::Response> response = co_await http_.send(std::move(request), std::move(stop));
  if (!response) co_return response.error().within(url);
  if (response->status != 200)
    co_return Error(Code::unavailable, url + ": got status " + std::to_string(response->status) +
                                           ", want 200; body " +
                                           json_string(response->body.substr(0, 200)));
  co_return std::move(response->body);
}

}  // namespace tributary::collector::resourcedetection
