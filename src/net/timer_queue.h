// Timers in order of their due time; those due at the same instant in the order they were added.
// What the real loop and the fake one share.
//
// Threads: none of its own; one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace tributary::net {

class TimerQueue {
 public:
  using Id = std::uint64_t;

  Id add(Instant when, std::function<void()> work);
  void cancel(Id id);  // nothing happens where it has run already

  std::optional<Instant> next() const;
  std::size_t size() const { return timers_.size(); }

  // Takes out the first timer that is due at `now`; null where there is none.
  std::function<void()> pop_due(Instant now);

 private:
  std::map<std::pair<Instant, Id>, std::function<void()>> timers_;
  std::unordered_map<Id, Instant> due_;
  Id last_id_ = 0;
};

}  // namespace tributary::net
