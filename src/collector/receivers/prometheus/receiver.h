// The prometheus receiver: scrapes the targets of its jobs and pushes one batch per scrape. Its
// first scrapes come at once, its last ones when it is stopped.
//
// Threads: the loop's.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/pipeline/component.h"
#include "collector/receivers/prometheus/config.h"
#include "collector/receivers/prometheus/scrape_pool.h"

namespace tributary::collector::prometheus {

class Receiver final : public collector::Receiver {
 public:
  // Errors: what `validate` would say.
  static Result<std::unique_ptr<Receiver>> make(Context context, Config config, Consumer& consumer);

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;

 private:
  Receiver(Context context, Config config, std::vector<Job> jobs, Consumer& consumer);

  // The log of that path, opened once; null for no path.
  Result<FailureLog*> failure_log(const std::string& path);

  Context context_;
  Config config_;
  std::vector<Job> jobs_;
  ScrapeCommon common_;
  Consumer& consumer_;
  std::stop_source stop_;
  net::Gate running_;
  std::map<std::string, std::unique_ptr<FailureLog>> failure_logs_;  // by their path
  std::vector<std::unique_ptr<ScrapePool>> pools_;
};

}  // namespace tributary::collector::prometheus
