#include "collector/extensions/health_check/health_check.h"

#include <algorithm>
#include <utility>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/time_text.h"

namespace tributary::collector::health_check {
namespace {

constexpr std::size_t kConnectionsMax = 64;
constexpr std::size_t kBodyBytesMax = 1 << 10;

std::string default_body(const Health& health) {
  if (!health.ready)
    return R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})";
  return R"({"status":"Server available","upSince":)" + json_string(iso8601(health.up_since)) +
         R"(,"uptime":)" + json_string(go_duration(health.uptime)) + "}";
}

}  // namespace

net::Response answer(const Config& config, std::string_view target, const Health& health) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (config.path != "/" && path != config.path)
    return {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "not found\n"};
  net::Response response;
  response.status = health.ready ? 200 : 503;
  if (config.response_body) {
    response.headers.set("Content-Type", "text/plain");
    response.body = health.ready ? config.response_body->healthy : config.response_body->unhealthy;
  } else {
    response.headers.set("Content-Type", "application/json");
    response.body = default_body(health);
  }
  return response;
}

HealthCheck::HealthCheck(Context context, Config config)
    : context_(std::move(context)), config_(std::move(config)) {}
HealthCheck::~HealthCheck() = default;

Result<void> HealthCheck::start(Host& host) {
  host_ = &host;
  up_since_ = context_.clock().now();
  started_ = context_.clock().monotonic();
  TRIBUTARY_TRY(const net::HostPort address, net::parse_host_port(config_.endpoint));
  net::HttpServerOptions options;
  options.address = address.host;
  options.port = address.port;
  options.connections_max = kConnectionsMax;
  options.body_bytes_max = kBodyBytesMax;
  auto server = net::start_http_server(
      context_.loop, std::move(options),
      [this](net::ServerRequest request) { return handle(std::move(request)); }, context_.log);
  if (!server) return server.error().within("endpoint " + config_.endpoint);
  server_ = std::move(*server);
  return {};
}

net::Task<void> HealthCheck::stop(Instant deadline) {
  if (!server_) co_return;
  const Duration left = deadline - context_.clock().monotonic();
  co_await server_->shutdown(std::max<Duration>(left, 0s));
  server_.reset();
}

net::Task<net::Response> HealthCheck::handle(net::ServerRequest request) {
  const Health health{.ready = host_->ready(),
                      .up_since = up_since_,
                      .uptime = context_.clock().monotonic() - started_};
  co_return answer(config_, request.target, health);
}

}  // namespace tributary::collector::health_check
