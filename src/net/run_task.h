// run_task(loop, task): starts the task and runs the loop until it is done. For main functions and
// for tests, on the real loop and on the fake one.
//
// Threads: takes the loop's thread until it returns.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::net {

// A task that goes on by itself; its starter asks whether it is done, and takes its value. Must
// outlive the task.
template <class T>
class Started {
 public:
  explicit Started(Task<T> task, std::function<void()> on_done = nullptr)
      : on_done_(std::move(on_done)) {
    run(*this, std::move(task));
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  bool done() const { return value_.has_value(); }
  T take() {
    TRIBUTARY_CHECK(done());
    if constexpr (!std::is_void_v<T>) return std::move(*value_);
  }

 private:
  struct Nothing {};

  static detail::Detached run(Started& started, Task<T> task) {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      started.value_.emplace();
    } else {
      started.value_.emplace(co_await task);
    }
    if (started.on_done_) started.on_done_();
  }

  std::function<void()> on_done_;
  std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> value_;
};

template <class T>
T run_task(Loop& loop, Task<T> task) {
  bool running = false;
  Started<T> started(std::move(task), [&loop, &running] {
    if (running) loop.stop();
  });
  running = true;
  if (!started.done()) loop.run();
  return started.take();
}

}  // namespace tributary::net
