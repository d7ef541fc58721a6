#include "base/clock.h"

namespace tributary {

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

Instant SystemClock::monotonic() const { return std::chrono::steady_clock::now(); }

}  // namespace tributary
