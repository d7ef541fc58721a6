// A sample is a value at a time. A staleness marker is a NaN with bits of its own: it says that the
// series ended. Compare it by bits, never by arithmetic (Prometheus, model/value/value.go).
#pragma once

#include <bit>
#include <cstdint>

namespace tributary {

struct Sample {
  std::int64_t timestamp_ms = 0;
  double value = 0;

  // By bits, so that NaN equals itself and markers differ from other NaNs.
  friend bool operator==(const Sample& a, const Sample& b) {
    return a.timestamp_ms == b.timestamp_ms &&
           std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
  }
};

inline constexpr double kStaleMarker = std::bit_cast<double>(0x7ff0000000000002ULL);
inline constexpr double kNormalNaN = std::bit_cast<double>(0x7ff8000000000001ULL);

inline bool is_stale_marker(double value) {
  return std::bit_cast<std::uint64_t>(value) == 0x7ff0000000000002ULL;
}

}  // namespace tributary
