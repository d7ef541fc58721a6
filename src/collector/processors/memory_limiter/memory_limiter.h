// The memory_limiter processor: while the process holds more than the soft limit, batches are
// refused where they come in. It changes nothing about what passes.
//
// Threads: the loop's.
#pragma once

#include "collector/pipeline/component.h"
#include "collector/processors/memory_limiter/config.h"

namespace tributary::collector::memory_limiter {

class MemoryLimiter final : public Processor {
 public:
  MemoryLimiter(Context context, const Config& config);

  RunMap map(const SeriesRunPtr& run) override { return {run, {}, {}}; }
  // Looks at most once in check_interval, and only when there is data.
  bool refuses() override;

 private:
  void look(Instant now);

  Context context_;
  const Duration check_interval_;
  const Duration release_interval_;
  const Config::Limits limits_;
  bool refusing_ = false;
  Instant next_look_ = Instant::min();
  Instant next_release_ = Instant::min();
};

}  // namespace tributary::collector::memory_limiter
