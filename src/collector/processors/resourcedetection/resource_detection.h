// The resourcedetection processor: finds out once what this process runs on, and adds it to the
// resource of everything that passes. What could not be found out in time is left out, with a
// warning; the collectors before us did not start then.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "collector/pipeline/component.h"
#include "collector/pipeline/weak_cache.h"
#include "collector/processors/resourcedetection/config.h"
#include "net/http.h"

namespace tributary::collector::resourcedetection {

class Probe;

class ResourceDetection final : public Processor {
 public:
  static constexpr Duration kFirstRetry = 1s;  // doubles

  ResourceDetection(Context context, Config config)
      : context_(std::move(context)), config_(std::move(config)) {}

  net::Task<void> prepare(std::stop_token stop) override;
  RunMap map(const SeriesRunPtr& run) override;

 private:
  // Into `found`, unless all attempts until the deadline fail.
  net::Task<void> ask(Probe& probe, Detector detector, std::optional<Resource>& found,
                      Instant deadline, std::stop_token stop);
  std::shared_ptr<const Resource> enrich(const std::shared_ptr<const Resource>& resource);

  Context context_;
  const Config config_;
  Resource detected_;
  std::shared_ptr<const Resource> detected_alone_;  // of series without a resource
  WeakCache<Resource, std::weak_ptr<const Resource>> enriched_;
};

}  // namespace tributary::collector::resourcedetection
