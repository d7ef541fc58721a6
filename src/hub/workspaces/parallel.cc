#include "hub/workspaces/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "net/worker_pool.h"

namespace tributary::hub::workspaces {
namespace {

// The parts of one run. A helper that comes late finds nothing to take, and does not touch `part`,
// which is gone by then.
class Job {
 public:
  Job(std::size_t count, const std::function<void(std::size_t)>& part)
      : count_(count), part_(part) {}

  void work() {
    std::size_t done = 0;
    for (std::size_t i = take(); i < count_; i = take()) {
      part_(i);
      ++done;
    }
    if (done == 0) return;
    const std::lock_guard lock(mutex_);
    done_ += done;
    if (done_ == count_) all_done_.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    all_done_.wait(lock, [this] { return done_ == count_; });
  }

 private:
  std::size_t take() { return next_.fetch_add(1, std::memory_order_relaxed); }

  const std::size_t count_;
  const std::function<void(std::size_t)>& part_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable all_done_;
  std::size_t done_ = 0;
};

}  // namespace

void WorkerParallel::run(std::size_t count, const std::function<void(std::size_t)>& part) {
  if (count == 0) return;
  if (count == 1 || helper_count_ == 0) {
    for (std::size_t i = 0; i < count; ++i) part(i);
    return;
  }
  const auto job = std::make_shared<Job>(count, part);
  for (std::size_t i = 0; i < std::min(helper_count_, count - 1); ++i) {
    if (!helpers_.submit_if_idle([job] { job->work(); })) break;
  }
  job->work();
  job->wait();
}

}  // namespace tributary::hub::workspaces
