// When a target is scraped. Ticks are `interval` apart and stand at the same place of the wall
// clock whenever the program is started: the place comes from a hash, so that targets are spread
// over the interval and a restart does not move them (as Prometheus does it).
//
// Unlike in Prometheus, the first scrape does not wait for its tick: it comes within a second of
// the start, so that short tasks leave data. The scrape after it is the first tick at least half an
// interval later; from then on every tick is a scrape.
//
// Threads: pure.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace tributary::collector::prometheus {

class Schedule {
 public:
  static constexpr Duration kFirstWithin = 1s;
  static constexpr Duration kToleranceMax = 2ms;

  Schedule(Duration interval, std::uint64_t hash)
      : interval_(interval),
        offset_(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(interval.count()))) {}

  // How long a target that is started together with others waits for its first scrape.
  Duration first_delay() const { return offset_ % std::min(interval_, kFirstWithin); }

  Timestamp after_first(Timestamp first) const { return tick_from(first + interval_ / 2); }

  // The tick after `tick`. Ticks that have gone by meanwhile are left out, but for the last one,
  // which is due at once.
  Timestamp after(Timestamp tick, Timestamp now) const {
    Timestamp next = tick + interval_;
    if (next + interval_ <= now) next += (now - next) / interval_ * interval_;
    // The clock was set back.
    if (next - now > interval_) next = tick_from(now);
    return next;
  }

  // The timestamp of a scrape that began at `now`: its tick, where it is near enough, so that
  // timestamps are evenly spaced.
  Timestamp snap(Timestamp now, Timestamp tick) const {
    const Duration late = now - tick;
    return late >= 0s && late <= std::min(interval_ / 100, kToleranceMax) ? tick : now;
  }

 private:
  // The first tick that is not before `time`.
  Timestamp tick_from(Timestamp time) const {
    const Duration since = time.time_since_epoch() - offset_;
    const Duration past = (since % interval_ + interval_) % interval_;
    return past == 0s ? time : time + (interval_ - past);
  }

  Duration interval_;
  Duration offset_;
};

}  // namespace tributary::collector::prometheus
