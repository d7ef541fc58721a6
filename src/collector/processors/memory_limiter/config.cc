#include "collector/processors/memory_limiter/config.h"

#include <string>

namespace tributary::collector::memory_limiter {

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  const auto wrong = [&](const char* key, const std::string& why) {
    diagnostics.error(node.mark_of(key), std::string(key) + why);
  };
  const auto got = [](std::uint32_t number) { return ", got " + std::to_string(number); };
  if (check_interval <= 0s) wrong("check_interval", ": must be greater than zero, such as 1s");
  if (limit_mib == 0 && limit_percentage == 0)
    wrong("limit_mib", ": limit_mib or limit_percentage must be greater than zero");
  if (limit_mib > 0 && spike_limit_mib >= limit_mib)
    wrong("spike_limit_mib",
          ": must be smaller than limit_mib " + std::to_string(limit_mib) + got(spike_limit_mib));
  if (limit_percentage > 100)
    wrong("limit_percentage", ": must be at most 100" + got(limit_percentage));
  if (spike_limit_percentage > 100)
    wrong("spike_limit_percentage", ": must be at most 100" + got(spike_limit_percentage));
  if (limit_percentage > 0 && spike_limit_percentage >= limit_percentage)
    wrong("spike_limit_percentage", ": must be smaller than limit_percentage " +
                                        std::to_string(limit_percentage) +
                                        got(spike_limit_percentage));
}

Config::Limits Config::limits(std::uint64_t total) const {
  constexpr std::uint64_t kMiB = 1U << 20;
  const auto share = [total](std::uint32_t percent) { return total / 100 * percent; };
  const bool by_size = limit_mib > 0;
  const std::uint64_t hard = by_size ? limit_mib * kMiB : share(limit_percentage);
  std::uint64_t spike = by_size ? spike_limit_mib * kMiB : share(spike_limit_percentage);
  if (spike == 0) spike = hard / 5;
  return {.hard = hard, .soft = hard - spike};
}

}  // namespace tributary::collector::memory_limiter
