// How fast requests may follow each other: as fast as there are any, until the other side says that
// it is too much; then half as many a second with each time that it says so, and slowly more again
// while it takes them (additive increase, multiplicative decrease).
//
// A value; no clock of its own.
#pragma once

#include <optional>

#include "base/clock.h"

namespace tributary::collector::prometheusremotewrite {

class Pace {
 public:
  static constexpr double kSlowest = 0.1;  // requests per second
  static constexpr double kFree = 10;      // from here on there is no limit any more
  static constexpr double kGrowth = 0.05;  // per second and second

  // A request is put on the wire.
  void started(Instant now);
  // It was taken.
  void taken(Instant now);
  // It was refused as too much.
  void throttled(Instant now);

  // Requests per second; nothing where there is no limit.
  std::optional<double> limit() const { return limit_; }
  // When the next request may start.
  Instant next_start() const;

 private:
  static constexpr Duration kGapMax = 10s;

  std::optional<double> limit_;
  std::optional<Instant> last_start_;
  Duration gap_ = 1s;  // between two starts, smoothed
  Instant changed_{};  // when the limit did
};

}  // namespace tributary::collector::prometheusremotewrite
