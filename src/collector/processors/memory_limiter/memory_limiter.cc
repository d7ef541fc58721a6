#include "collector/processors/memory_limiter/memory_limiter.h"

namespace tributary::collector::memory_limiter {
namespace {

std::uint64_t mib(std::uint64_t bytes) { return bytes >> 20; }

}  // namespace

MemoryLimiter::MemoryLimiter(Context context, const Config& config)
    : context_(std::move(context)),
      check_interval_(config.check_interval),
      release_interval_(config.min_gc_interval_when_soft_limited),
      limits_(config.limits(context_.memory.limit)) {}

bool MemoryLimiter::refuses() {
  if (limits_.hard == 0) return false;
  const Instant now = context_.clock().monotonic();
  if (now >= next_look_) {
    look(now);
    next_look_ = now + check_interval_;
  }
  return refusing_;
}

void MemoryLimiter::look(Instant now) {
  std::uint64_t used = context_.memory.resident();
  if (used > limits_.soft && now >= next_release_) {
    next_release_ = now + release_interval_;
    context_.memory.release();
    used = context_.memory.resident();
  }
  const bool refuse = used > limits_.soft;
  if (refuse == refusing_) return;
  refusing_ = refuse;
  if (refuse) {
    context_.log.warn("Memory usage is above soft limit. Refusing data.",
                      {{"error", "data refused due to high memory usage"},
                       {"cur_mem_mib", mib(used)},
                       {"soft_limit_mib", mib(limits_.soft)},
                       {"limit_mib", mib(limits_.hard)}});
  } else {
    context_.log.info("Memory usage back within limits. Resuming normal operation.",
                      {{"cur_mem_mib", mib(used)}});
  }
}

}  // namespace tributary::collector::memory_limiter
