#include "collector/receivers/awsecscontainermetrics/rfc3339.h"

#include <limits>

#include "base/time_text.h"

namespace tributary::collector::awsecscontainermetrics {

std::optional<UtcTime> parse_rfc3339(std::string_view text) {
  const auto time = parse_wide_iso8601(text);
  if (!time) return std::nullopt;
  return UtcTime{time->second.time_since_epoch().count(),
                 static_cast<std::int32_t>(time->fraction.count())};
}

std::int64_t nanoseconds_between(UtcTime earlier, UtcTime later) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  std::int64_t result = 0;
  if (__builtin_mul_overflow(later.seconds - earlier.seconds, std::int64_t{1'000'000'000},
                             &result) ||
      __builtin_add_overflow(result, std::int64_t{later.nanoseconds} - earlier.nanoseconds,
                             &result)) {
    return later.seconds > earlier.seconds ? kMax : kMin;
  }
  return result;
}

}  // namespace tributary::collector::awsecscontainermetrics
