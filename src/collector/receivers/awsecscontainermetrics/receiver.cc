#include "collector/receivers/awsecscontainermetrics/receiver.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector::awsecscontainermetrics {
namespace {

constexpr std::string_view kEndpointVariable = "ECS_CONTAINER_METADATA_URI_V4";

}  // namespace

Receiver::Receiver(Context context, Config config, Consumer& consumer)
    : context_(std::move(context)),
      config_(config),
      consumer_(consumer),
      builder_(config.compat ? config.compat->value : context_.compat),
      accepted_(context_.telemetry.counter(
          "otelcol_receiver_accepted_metric_points", "Samples handed to the pipelines.",
          {{"receiver", context_.id.to_string()}, {"transport", "http"}})),
      failed_(context_.telemetry.counter("tributary_receiver_failed_collections",
                                         "Collections of which nothing came.",
                                         {{"receiver", context_.id.to_string()}})) {}

Result<void> Receiver::start(Host&) {
  const std::string value = context_.env(kEndpointVariable);
  endpoint_ = trim(value);
  if (endpoint_.empty()) {
    return Error(Code::invalid_argument,
                 std::string(kEndpointVariable) +
                     " is not set: this receiver reads the task metadata endpoint version 4, which "
                     "ECS gives to every container of a task (Fargate platform 1.4, or agent 1.39 "
                     "and later)");
  }
  if (const auto url = net::parse_url(endpoint_); !url)
    return url.error().within(std::string(kEndpointVariable) + " " + json_string(endpoint_));

  // The endpoint is the task's own, on a link-local address: no proxy can reach it.
  net::HttpClientOptions options;
  options.proxy.from_environment = false;
  TRIBUTARY_TRY(client_, context_.make_http_client(std::move(options)));
  running_.spawn(run());
  return {};
}

net::Task<void> Receiver::stop(Instant deadline) {
  stop_.request_stop();
  co_await running_.close();
  if (!client_) co_return;
  // The exporters need time as well: half of what is left.
  const Instant now = context_.clock().monotonic();
  const Duration left = std::max<Duration>(deadline - now, 0s);
  const Duration timeout = std::min({left / 2, config_.collection_interval, kTimeoutMax});
  if (timeout > 0s) co_await collect(now + timeout, std::stop_token());
  client_.reset();
}

net::Task<void> Receiver::run() {
  const std::stop_token stop = stop_.get_token();
  const Duration timeout = std::min(config_.collection_interval, kTimeoutMax);
  Instant next = context_.clock().monotonic();
  while (!stop.stop_requested()) {
    co_await collect(context_.clock().monotonic() + timeout, stop);
    // What a slow collection has missed is left out.
    const Instant now = context_.clock().monotonic();
    do {
      next += config_.collection_interval;
    } while (next <= now);
    const bool slept = co_await net::sleep_until(context_.loop, next, stop);
    if (!slept) co_return;
  }
}

net::Task<void> Receiver::collect(Instant deadline, std::stop_token stop) {
  const Result<Collection> collection = co_await read(deadline, stop);
  if (!collection) {
    if (!stop.stop_requested()) report(collection.error());
    co_return;
  }
  if (std::exchange(failing_, false)) context_.log.info("Collecting stats again");
  for (const std::string& warning : collection->warnings) context_.log.warn(warning);
  for (const BatchPtr& batch : collection->batches) {
    accepted_.add(batch->size());
    consumer_.consume(batch);
  }
}

net::Task<Result<Collection>> Receiver::read(Instant deadline, std::stop_token stop) {
  const std::int64_t now_ms = to_ms(context_.clock().now());
  TRIBUTARY_CO_TRY(const std::string task_json, co_await get("/task", deadline, stop));
  TRIBUTARY_CO_TRY(const std::string stats_json, co_await get("/task/stats", deadline, stop));
  const auto task = parse_task_metadata(task_json);
  if (!task) co_return task.error().within(endpoint_ + "/task");
  const auto stats = parse_task_stats(stats_json);
  if (!stats) co_return stats.error().within(endpoint_ + "/task/stats");
  co_return builder_.build(*task, *stats, now_ms);
}

net::Task<Result<std::string>> Receiver::get(const char* path, Instant deadline,
                                             std::stop_token stop) {
  const std::string text = endpoint_ + path;
  net::Request request;
  TRIBUTARY_CO_TRY(request.url, net::parse_url(text));
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", context_.user_agent}};
  request.response_bytes_max = kDocumentBytesMax;
  request.timeout = deadline - context_.clock().monotonic();
  if (request.timeout <= 0s) co_return Error(Code::timeout, text + ": no time left");

  Result<net::Response> response = co_await client_->send(std::move(request), stop);
  if (!response) co_return response.error().within(text);
  if (response->status != 200) {
    co_return Error(Code::unavailable, text + ": got status " + std::to_string(response->status) +
                                           ", want 200; body " +
                                           json_string(response->body.substr(0, 200)));
  }
  co_return std::move(response->body);
}

void Receiver::report(const Error& error) {
  failing_ = true;
  failed_.add();
  const auto [allowed, suppressed] = failures_.allow(context_.clock().monotonic());
  if (!allowed) return;
  context_.log.error("Failed to collect stats",
                     {{"error", error.message()}, {"failures not logged", suppressed}});
}

}  // namespace tributary::collector::awsecscontainermetrics
