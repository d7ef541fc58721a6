// Targets from an HTTP endpoint (http_sd_configs): a JSON list of `{targets: [...], labels:
// {...}}`, asked for again and again. While it fails, the targets that it gave before stay.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/pipeline/component.h"
#include "collector/receivers/prometheus/scrape_config.h"
#include "collector/receivers/prometheus/target.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::collector::prometheus {

// The groups of an answer, each with `__meta_url`. Wants status 200 and application/json.
Result<std::vector<TargetGroup>> read_target_answer(const std::string& url,
                                                    const net::Response& response);

class HttpDiscovery {
 public:
  // The context outlives it.
  HttpDiscovery(const Context& context, HttpSdConfig config,
                std::unique_ptr<net::HttpClient> client);

  // Asks the endpoint; true where the groups are not those of before.
  net::Task<Result<bool>> refresh(std::stop_token stop);

  const std::vector<TargetGroup>& groups() const { return groups_; }
  const std::string& url() const { return config_.url; }
  Duration interval() const { return config_.refresh_interval; }

 private:
  Result<net::Request> make_request() const;

  const Context& context_;
  HttpSdConfig config_;
  std::unique_ptr<net::HttpClient> client_;
  std::vector<TargetGroup> groups_;
};

}  // namespace tributary::collector::prometheus
