// Time comes in from outside: code takes a Clock&, tests pass a FakeClock.
#pragma once

#include <chrono>
#include <cstdint>

namespace tributary {

using namespace std::chrono_literals;  // 15s, 50ms: durations are written with their unit.

using Duration = std::chrono::nanoseconds;
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;  // wall time, UTC
using Instant = std::chrono::steady_clock::time_point;              // never goes back

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  virtual Instant monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Instant monotonic() const override;
};

// Stands still until told otherwise.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000)))
      : now_(start) {}

  Timestamp now() const override { return now_; }
  Instant monotonic() const override { return monotonic_; }

  void advance(Duration by) {
    now_ += by;
    monotonic_ += by;
  }
  // Moves wall time alone, as a step of NTP does.
  void set(Timestamp now) { now_ = now; }

 private:
  Timestamp now_;
  Instant monotonic_{};
};

constexpr std::int64_t to_ms(Timestamp time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
constexpr std::int64_t to_ms(Duration duration) {
  return std::chrono::floor<std::chrono::milliseconds>(duration).count();
}
constexpr Timestamp timestamp_from_ms(std::int64_t ms) {
  return Timestamp(std::chrono::milliseconds(ms));
}

}  // namespace tributary
