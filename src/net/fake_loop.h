// A Loop for tests, on a FakeClock: nothing runs until the test says so, and time passes only by
// `advance` (or `run`, which jumps from timer to timer).
//
// Threads: `post` from any thread; everything else from the test's.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "net/loop.h"
#include "net/timer_queue.h"

namespace tributary::net {

class FakeLoop final : public Loop {
 public:
  FakeLoop() = default;
  explicit FakeLoop(Timestamp start) : clock_(start) {}

  const Clock& clock() const override { return clock_; }
  FakeClock& fake_clock() { return clock_; }

  void post(std::function<void()> work) override;
  TimerId call_at(Instant when, std::function<void()> work) override;
  void cancel(TimerId timer) override { timers_.cancel(timer); }

  // Runs posted work and due timers; when there is nothing to do, jumps to the next timer. Returns
  // after `stop`, or when nothing is left.
  void run() override;
  void stop() override { stopped_ = true; }

  void on_signal(std::function<void(int)> handler) override;

  // Runs what is posted and due now, and what that posts, until nothing is left.
  void run_posted();
  // Lets time pass: timers fire in order of their due time, each at that time, with the work they
  // post run before the next one.
  void advance(Duration by);
  // As if the process had got that signal; the handlers run with the posted work.
  void raise_signal(int signal);

  // Runs posted work until `done()` holds, waiting for other threads to post. False after ten
  // seconds of real time.
  bool run_until(const std::function<bool()>& done);

  std::size_t timers() const { return timers_.size(); }

 private:
  bool run_one();

  FakeClock clock_;
  TimerQueue timers_;
  std::mutex mutex_;
  std::condition_variable posted_signal_;
  std::deque<std::function<void()>> posted_;
  std::vector<std::function<void(int)>> signal_handlers_;
  bool stopped_ = false;
};

}  // namespace tributary::net
