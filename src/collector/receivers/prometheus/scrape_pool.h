// The targets of one job: started, stopped and replaced as discovery finds them.
//
// Threads: the loop's.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/receivers/prometheus/file_discovery.h"
#include "collector/receivers/prometheus/http_discovery.h"
#include "collector/receivers/prometheus/scrape_loop.h"
#include "net/task.h"

namespace tributary::collector::prometheus {

class ScrapePool {
 public:
  static constexpr std::size_t kTargetsMax = 20'000;
  static constexpr Duration kPollInterval = 5s;  // between two looks at the files

  struct Options {
    Duration initial_scrape_offset{};  // 0 = spread over a second at most
    std::uint64_t seed = 0;
    FailureLog* failure_log = nullptr;  // outlives the pool
  };

  // The context, the consumer, the counter, what is common and the gate outlive the pool.
  ScrapePool(const Context& context, Job job, std::unique_ptr<net::HttpClient> client,
             Consumer& consumer, Counter& accepted, ScrapeCommon& common, std::stop_token stop,
             net::Gate& gate, Options options);

  // Finds the targets and starts their loops, which end with the program. Endpoints that tell
  // targets are asked at once; their targets begin when they have answered.
  Result<void> start();

  // After all loops ended: one more scrape of each target.
  void scrape_last(Duration timeout, net::Gate& gate);

  std::size_t targets() const { return loops_.size(); }

 private:
  using Loops = std::map<std::uint64_t, std::unique_ptr<ScrapeLoop>>;  // by the target's hash

  bool refresh_files();
  std::vector<Target> find_targets();
  void sync(std::vector<Target> targets);
  void supersede_ending();
  net::Task<void> watch_files();
  net::Task<void> watch_endpoint(HttpDiscovery& endpoint);
  void report_failure(const HttpDiscovery& endpoint, const Error& error);
  net::Task<void> run(ScrapeLoop& loop, Duration first_delay);

  Job job_;
  std::unique_ptr<net::HttpClient> client_;
  ScrapeEnvironment environment_;
  net::Gate& gate_;
  Options options_;
  std::vector<FileDiscovery> files_;
  std::vector<std::unique_ptr<HttpDiscovery>> endpoints_;
  LogLimiter endpoint_failures_{1min};
  Loops loops_;
  std::list<std::unique_ptr<ScrapeLoop>> ending_;
};

}  // namespace tributary::collector::prometheus
