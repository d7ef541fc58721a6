// Times as the ECS agent and Docker write them: RFC 3339 with up to nine digits of fraction. Years
// from 0 to 9999 in nanoseconds do not fit 64 bits, so seconds and nanoseconds stand apart.
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::collector::awsecscontainermetrics {

struct UtcTime {
  std::int64_t seconds = -62'135'596'800;  // since 1970; the start of year 1, Go's zero time
  std::int32_t nanoseconds = 0;

  bool operator==(const UtcTime&) const = default;
};

std::optional<UtcTime> parse_rfc3339(std::string_view text);

// later - earlier; what does not fit becomes the nearest number that does.
std::int64_t nanoseconds_between(UtcTime earlier, UtcTime later);

}  // namespace tributary::collector::awsecscontainermetrics
