// Asks the machine, the task metadata endpoint and the instance metadata service (IMDSv2, or
// version 1 where that is not offered) what the detectors need to know.
//
// Threads: the loop's.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "collector/pipeline/component.h"
#include "collector/processors/resourcedetection/config.h"
#include "model/series.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::collector::resourcedetection {

class Probe {
 public:
  static constexpr std::size_t kDocumentBytesMax = 4U << 20;
  static constexpr Duration kInstanceTimeout = 1s;  // of each request: most tasks have no instance

  // All of them outlive it; `http` goes through no proxy.
  Probe(const Context& context, const Config& config, net::HttpClient& http)
      : context_(context), config_(config), http_(http) {}

  // Empty where the detector's place is not this one. One attempt; `deadline` bounds its requests.
  net::Task<Result<Resource>> detect(Detector detector, Instant deadline, std::stop_token stop);

 private:
  net::Task<Result<Resource>> detect_ecs(Instant deadline, std::stop_token stop);
  net::Task<Result<Resource>> detect_ec2(Instant deadline, std::stop_token stop);
  // Nothing where no instance metadata service answers.
  net::Task<std::optional<std::string>> fetch_token(std::string base, Instant deadline,
                                                    std::stop_token stop);
  net::Task<Result<std::string>> get(std::string url, net::Headers headers, Instant deadline,
                                     std::stop_token stop);

  const Context& context_;
  const Config& config_;
  net::HttpClient& http_;
};

}  // namespace tributary::collector::resourcedetection
