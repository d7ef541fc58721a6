// Task<T>: a coroutine that runs when awaited and hands back one value. Everything runs on the
// thread of one Loop; there are no locks.
//
// Rules, which keep lifetimes and g++ 12 out of trouble:
//  - parameters by value, or references to objects that outlive the loop's work (as a component's
//    own members); never a capturing lambda as a coroutine: pass what it needs as parameters;
//  - build arguments in named variables before `co_await f(std::move(argument))`: g++ 12 destroys
//    some braced temporaries inside a co_await expression twice;
//  - co_await stands in a statement of its own or initialises a variable, never in the condition of
//    an if or a loop, nor in a conditional operator: g++ 12 loses the awaiter there (tools/tidy.py
//    looks for it);
//  - whoever starts background work owns a Gate and awaits its close() before dying.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace tributary::net {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
      return done.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Our own code throws nothing; what the standard library throws is out of memory.
  void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// Starts at once and frees itself at the end.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace detail

// One-shot wake-up: one coroutine awaits, somebody else sets. Set before the wait is fine.
class Event {
 public:
  void set() {
    set_ = true;
    if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
  }
  bool is_set() const { return set_; }
  void reset() { set_ = false; }

  bool await_ready() const noexcept { return set_; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    TRIBUTARY_CHECK(!waiting_);
    waiting_ = waiting;
  }
  void await_resume() const noexcept {}

 private:
  bool set_ = false;
  std::coroutine_handle<> waiting_;
};

// Counts background tasks so that their owner can wait for the last one. Must outlive them.
class Gate {
 public:
  // Runs the task up to its first suspension, then lets it go on by itself.
  void spawn(Task<void> task) {
    ++running_;
    empty_.reset();
    run(*this, std::move(task));
  }

  std::size_t running() const { return running_; }

  // Waits until nothing runs any more. One waiter at a time; no spawn after it.
  Task<void> close() {
    if (running_ > 0) co_await empty_;
  }

 private:
  static detail::Detached run(Gate& gate, Task<void> task) {
    {
      // Its arguments die with it, before the waiter learns that it is over.
      Task<void> running = std::move(task);
      co_await running;
    }
    if (--gate.running_ == 0) gate.empty_.set();
  }

  std::size_t running_ = 0;
  Event empty_;
};

}  // namespace tributary::net
