// Settings of the memory_limiter processor, with the rules of the OpenTelemetry Collector
// (collector-spec.md 3.2).
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <optional>

#include "config/fields.h"

namespace tributary::collector::memory_limiter {

struct Config {
  Duration check_interval = 0s;
  std::uint32_t limit_mib = 0;
  std::uint32_t spike_limit_mib = 0;
  std::uint32_t limit_percentage = 0;
  std::uint32_t spike_limit_percentage = 0;
  Duration min_gc_interval_when_soft_limited = 10s;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("check_interval", check_interval, "least time between two looks; must be above 0");
    f.optional("limit_mib", limit_mib, "of the process; wins over limit_percentage");
    f.optional("spike_limit_mib", spike_limit_mib, "below the limit, where refusing begins; 20 %");
    f.optional("limit_percentage", limit_percentage, "of the container's limit");
    f.optional("spike_limit_percentage", spike_limit_percentage, "the same for the spike");
    f.optional("min_gc_interval_when_soft_limited", min_gc_interval_when_soft_limited,
               "least time between two attempts to give back memory");
    f.ignored("min_gc_interval_when_hard_limited", "there is no garbage to collect");
    f.ignored("max_gc_interval_when_soft_limited", "there is no garbage to collect");
    f.ignored("max_gc_interval_when_hard_limited", "there is no garbage to collect");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;

  // In bytes; `total` is the container's limit, or the machine's memory, 0 where that is not known:
  // percentages of it limit nothing.
  struct Limits {
    std::uint64_t hard = 0;
    std::uint64_t soft = 0;  // above it data is refused
  };
  Limits limits(std::uint64_t total) const;

  // What the service asks (pipeline/registry.h).
  std::optional<std::uint64_t> memory_limit(std::uint64_t total) const {
    const std::uint64_t hard = limits(total).hard;
    return hard > 0 ? std::optional(hard) : std::nullopt;
  }
};

}  // namespace tributary::collector::memory_limiter
