// The health_check extension: an HTTP endpoint that answers 200 while every pipeline runs and 503
// before and after. It says nothing about deliveries: an outage of the other side must not get a
// healthy task killed.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <string>

#include "collector/extensions/health_check/config.h"
#include "collector/pipeline/component.h"

namespace tributary::collector::health_check {

struct Health {
  bool ready = false;
  Timestamp up_since{};
  Duration uptime{};
};

// `target` is the request's, as it stood on its first line.
net::Response answer(const Config& config, std::string_view target, const Health& health);

class HealthCheck final : public Extension {
 public:
  HealthCheck(Context context, Config config);
  ~HealthCheck() override;

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;

  std::uint16_t port() const { return server_ ? server_->port() : 0; }

 private:
  net::Task<net::Response> handle(net::ServerRequest request);

  Context context_;
  Config config_;
  Host* host_ = nullptr;
  Timestamp up_since_{};
  Instant started_{};
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace tributary::collector::health_check
