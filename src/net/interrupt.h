// Why the waits of one piece of work must end early: it was stopped, it ran out of time, or its
// owner closes down. Once raised it stays raised, and every later wait ends at once.
//
// Threads: the loop's.
#pragma once

#include <optional>
#include <stop_token>

#include "base/result.h"
#include "net/loop.h"

namespace tributary::net {

class Interrupt {
 public:
  // The wait that goes on now, if any: told to give up, it resumes its coroutine from the loop.
  class Wait {
   public:
    virtual void give_up() = 0;

   protected:
    ~Wait() = default;
  };

  explicit Interrupt(Loop& loop) : loop_(loop) {}
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void stop_with(const std::stop_token& stop);
  // Replaces the deadline before; nothing = none. Moving it later is cheap.
  void set_deadline(std::optional<Instant> deadline);
  void raise(Code cause);

  bool raised() const { return cause_.has_value(); }
  std::optional<Code> cause() const { return cause_; }  // timeout, cancelled or unavailable
  std::optional<Instant> deadline() const { return deadline_; }

  void begin(Wait& wait) { wait_ = &wait; }
  void end() { wait_ = nullptr; }

 private:
  struct Stop {
    Interrupt* interrupt;
    void operator()() const { interrupt->raise(Code::cancelled); }
  };

  void arm();
  void on_timer();

  Loop& loop_;
  Wait* wait_ = nullptr;
  std::optional<Code> cause_;
  std::optional<Instant> deadline_;
  Instant timer_at_{};
  std::optional<Loop::TimerId> timer_;
  std::optional<std::stop_callback<Stop>> stop_;
};

}  // namespace tributary::net
