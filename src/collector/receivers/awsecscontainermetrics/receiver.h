// The awsecscontainermetrics receiver: reads the ECS task metadata endpoint (version 4) at once and
// then every collection_interval, and once more when it is stopped. What it makes of the documents
// is in metrics.h. A collection that fails is logged and left out; the next one comes as usual.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "collector/pipeline/component.h"
#include "collector/receivers/awsecscontainermetrics/config.h"
#include "collector/receivers/awsecscontainermetrics/metrics.h"

namespace tributary::collector::awsecscontainermetrics {

class Receiver final : public collector::Receiver {
 public:
  static constexpr Duration kTimeoutMax = 10s;    // of one collection
  static constexpr Duration kLogInterval = 1min;  // between two lines about failures
  static constexpr std::size_t kDocumentBytesMax = 4U << 20;

  Receiver(Context context, Config config, Consumer& consumer);

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;

 private:
  net::Task<void> run();
  net::Task<void> collect(Instant deadline, std::stop_token stop);
  net::Task<Result<Collection>> read(Instant deadline, std::stop_token stop);
  net::Task<Result<std::string>> get(const char* path, Instant deadline, std::stop_token stop);
  void report(const Error& error);

  Context context_;
  Config config_;
  Consumer& consumer_;
  MetricsBuilder builder_;
  std::string endpoint_;
  std::unique_ptr<net::HttpClient> client_;
  std::stop_source stop_;
  net::Gate running_;
  Counter& accepted_;
  Counter& failed_;
  LogLimiter failures_{kLogInterval};
  bool failing_ = false;
};

}  // namespace tributary::collector::awsecscontainermetrics
