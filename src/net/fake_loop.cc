#include "net/fake_loop.h"

#include <chrono>

namespace tributary::net {

void FakeLoop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  posted_signal_.notify_one();
}

Loop::TimerId FakeLoop::call_at(Instant when, std::function<void()> work) {
  return timers_.add(when, std::move(work));
}

void FakeLoop::run() {
  stopped_ = false;
  while (!stopped_) {
    if (run_one()) continue;
    const auto next = timers_.next();
    if (!next) return;
    clock_.advance(*next - clock_.monotonic());
  }
}

void FakeLoop::on_signal(std::function<void(int)> handler) {
  signal_handlers_.push_back(std::move(handler));
}

void FakeLoop::run_posted() {
  while (run_one()) {
  }
}

void FakeLoop::advance(Duration by) {
  const Instant end = clock_.monotonic() + by;
  run_posted();
  for (auto next = timers_.next(); next && *next <= end; next = timers_.next()) {
    if (*next > clock_.monotonic()) clock_.advance(*next - clock_.monotonic());
    run_posted();
  }
  if (end > clock_.monotonic()) clock_.advance(end - clock_.monotonic());
}

void FakeLoop::raise_signal(int signal) {
  for (const auto& handler : signal_handlers_) post([handler, signal] { handler(signal); });
}

bool FakeLoop::run_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (true) {
    run_posted();
    if (done()) return true;
    std::unique_lock lock(mutex_);
    if (!posted_signal_.wait_until(lock, deadline, [this] { return !posted_.empty(); }))
      return false;
  }
}

bool FakeLoop::run_one() {
  std::function<void()> work;
  {
    const std::lock_guard lock(mutex_);
    if (!posted_.empty()) {
      work = std::move(posted_.front());
      posted_.pop_front();
    }
  }
  if (!work) work = timers_.pop_due(clock_.monotonic());
  if (!work) return false;
  work();
  return true;
}

}  // namespace tributary::net
