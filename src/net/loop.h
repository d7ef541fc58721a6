// The event loop: one thread that runs callbacks, timers and coroutines.
//
// Code takes a Loop&. The real one (`make_loop`) is epoll's; a FakeLoop (net/fake_loop.h) runs
// timers on a FakeClock, so tests advance time by hand and never sleep.
//
// Threads: `post` may be called from any thread; everything else from the loop's own.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "net/task.h"

namespace tributary::net {

class Loop {
 public:
  using TimerId = std::uint64_t;

  virtual ~Loop() = default;

  virtual const Clock& clock() const = 0;
  virtual void post(std::function<void()> work) = 0;
  // Runs `work` at `when`, never within the call itself. A cancelled timer does not run.
  virtual TimerId call_at(Instant when, std::function<void()> work) = 0;
  virtual void cancel(TimerId timer) = 0;

  // Runs until `stop`.
  virtual void run() = 0;
  virtual void stop() = 0;

  // Calls `handler` with the signal's number on the loop, each time one of SIGTERM, SIGINT or
  // SIGHUP arrives.
  virtual void on_signal(std::function<void(int)> handler) = 0;
};

std::unique_ptr<Loop> make_loop();

// co_await sleep_until(loop, when, stop): true when the time has come, false when stopped first.
class SleepAwaiter {
 public:
  SleepAwaiter(Loop& loop, Instant when, std::stop_token stop)
      : loop_(loop), when_(when), stop_(std::move(stop)) {}

  bool await_ready() const noexcept { return stop_.stop_requested(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    timer_ = loop_.call_at(when_, [this, waiting] {
      elapsed_ = true;
      on_stop_.reset();
      waiting.resume();
    });
    // The coroutine is resumed from the loop, not from within request_stop(). The flag makes the
    // timer and the stop exclude each other.
    on_stop_.emplace(stop_, std::function<void()>([this, waiting] {
                       loop_.cancel(timer_);
                       loop_.post([waiting] { waiting.resume(); });
                     }));
  }
  bool await_resume() const noexcept { return elapsed_; }

 private:
  Loop& loop_;
  Instant when_;
  std::stop_token stop_;
  Loop::TimerId timer_ = 0;
  bool elapsed_ = false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

inline SleepAwaiter sleep_until(Loop& loop, Instant when, std::stop_token stop) {
  return SleepAwaiter(loop, when, std::move(stop));
}
inline SleepAwaiter sleep_for(Loop& loop, Duration duration, std::stop_token stop) {
  constexpr Duration kLongest = 24h * 36'500;  // a longer one would not fit into an Instant
  const Instant when = loop.clock().monotonic() + (duration < kLongest ? duration : kLongest);
  return SleepAwaiter(loop, when, std::move(stop));
}

}  // namespace tributary::net
