// How fast samples may come: a bucket that holds `burst` and fills at `per_second`. Both may change
// from call to call.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <mutex>

#include "base/clock.h"

namespace tributary::hub::workspaces {

class RateLimit {
 public:
  // Takes `count`, or nothing where the bucket does not hold it. `per_second` zero: no limit.
  bool take(double count, double per_second, double burst, Instant now) {
    if (per_second <= 0) return true;
    const std::lock_guard lock(mutex_);
    if (!started_) level_ = burst;
    const std::chrono::duration<double> passed = started_ ? now - last_ : Duration::zero();
    started_ = true;
    last_ = now;
    level_ = std::min(burst, level_ + passed.count() * per_second);
    if (count > level_) return false;
    level_ -= count;
    return true;
  }

 private:
  std::mutex mutex_;
  bool started_ = false;
  Instant last_{};
  double level_ = 0;
};

}  // namespace tributary::hub::workspaces
