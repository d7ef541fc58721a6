// How much came per second within the last minute, which slides: in slots of five seconds, the one
// that leaves the minute counted by the share of it that is still inside.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace tributary::hub::gateway {

class MinuteRate {
 public:
  void add(std::uint64_t count, Instant now) {
    const std::int64_t slot = slot_of(now);
    // What lies between has seen nothing; after a minute that is all of them.
    const std::int64_t skipped = std::min<std::int64_t>(slot - newest_, kSlots);
    for (std::int64_t i = 0; i < skipped; ++i) counts_[index_of(slot - i)] = 0;
    newest_ = std::max(newest_, slot);
    counts_[index_of(slot)] += count;
  }

  // Counting began at `since`: the minute is no longer than that, but at least ten seconds, so that
  // the first request of all does not look like a flood.
  double per_second(Instant since, Instant now) const {
    const std::int64_t slot = slot_of(now);
    double sum = 0;
    for (std::int64_t age = slot - newest_; age < kSlots; ++age) {
      const auto count = static_cast<double>(counts_[index_of(slot - age)]);
      sum += age < kSlots - 1 ? count : count * (1 - share_passed(now));
    }
    const double seconds = std::chrono::duration<double>(now - since).count();
    return sum / std::clamp(seconds, 10.0, 60.0);
  }

 private:
  static constexpr Duration kSlot = 5s;
  static constexpr std::int64_t kSlots = 13;  // twelve make a minute, one leaves it

  static std::int64_t slot_of(Instant time) { return time.time_since_epoch() / kSlot; }
  static std::size_t index_of(std::int64_t slot) {
    return static_cast<std::size_t>((slot % kSlots + kSlots) % kSlots);
  }
  static double share_passed(Instant now) {
    const std::chrono::duration<double> passed = now.time_since_epoch() % kSlot;
    return passed / std::chrono::duration<double>(kSlot);
  }

  std::array<std::uint64_t, kSlots> counts_{};
  std::int64_t newest_ = 0;
};

}  // namespace tributary::hub::gateway
