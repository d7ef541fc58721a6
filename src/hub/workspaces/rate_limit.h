// How fast samples may come: a bucket that holds `burst` and fills at `per_second`.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <mutex>

#include "base/clock.h"

namespace tributary::hub::workspaces {

class RateLimit {
 public:
  // `per_second` zero: no limit.
  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  // Takes `count`, or nothing where the bucket does not hold it.
  bool take(double count, Instant now) {
    if (per_second_ <= 0) return true;
    const std::lock_guard lock(mutex_);
    if (!started_) level_ = burst_;
    const std::chrono::duration<double> passed = started_ ? now - last_ : Duration::zero();
    started_ = true;
    last_ = now;
    level_ = std::min(burst_, level_ + passed.count() * per_second_);
    if (count > level_) return false;
    level_ -= count;
    return true;
  }

  double per_second() const { return per_second_; }

 private:
  const double per_second_;
  const double burst_;
  std::mutex mutex_;
  bool started_ = false;
  Instant last_{};
  double level_ = 0;
};

}  // namespace tributary::hub::workspaces
