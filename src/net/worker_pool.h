// Threads for blocking work (disk, queries, password hashing): `co_await run(pool, loop, work)`
// runs `work()` on a worker and goes on, on the loop, with what it returned.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/loop.h"
#include "net/task.h"

namespace tributary::net {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  ~WorkerPool();  // finishes what is queued

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(std::function<void()> work);
  // Only where a thread waits for work; false otherwise.
  bool submit_if_idle(std::function<void()> work);
  std::size_t queued() const;

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t waiting_ = 0;  // threads with nothing to do
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

template <class F>
class WorkAwaiter {
 public:
  using Value = std::invoke_result_t<F>;

  WorkAwaiter(WorkerPool& pool, Loop& loop, F work)
      : pool_(pool), loop_(loop), work_(std::move(work)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    pool_.submit([this, waiting] {
      value_.emplace(work_());
      loop_.post([waiting] { waiting.resume(); });
    });
  }
  Value await_resume() { return std::move(*value_); }

 private:
  WorkerPool& pool_;
  Loop& loop_;
  F work_;
  std::optional<Value> value_;
};

// `work` returns a value (Result<void> where there is nothing to say).
template <class F>
WorkAwaiter<F> run(WorkerPool& pool, Loop& loop, F work) {
  return WorkAwaiter<F>(pool, loop, std::move(work));
}

}  // namespace tributary::net
