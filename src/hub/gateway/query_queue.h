// Whose query runs next: each workspace has its own line, workspaces take turns, and none may have
// more than its share running, so that nobody's queries wait for another's heap of them.
//
// Threads: the loop's.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/loop.h"

namespace tributary::hub::gateway {

class QueryQueue {
 public:
  // What one workspace may have, and how long one of its queries waits.
  struct Share {
    std::size_t running_max = 1;
    std::size_t waiting_max = 0;
    Duration patience{};
  };
  enum class Admission : std::uint8_t { granted, full, timed_out, cancelled };

  // co_await turn: what became of it. A granted one is given back by `leave`.
  class Turn {
   public:
    Turn(QueryQueue& queue, std::string workspace, Share share, std::stop_token stop)
        : queue_(queue), workspace_(std::move(workspace)), share_(share), stop_(std::move(stop)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool await_ready() { return queue_.try_enter(*this); }
    void await_suspend(std::coroutine_handle<> waiting);
    Admission await_resume() const { return admission_; }

   private:
    friend class QueryQueue;
    void end(Admission admission);

    QueryQueue& queue_;
    const std::string workspace_;
    const Share share_;
    const std::stop_token stop_;
    Admission admission_ = Admission::granted;
    std::coroutine_handle<> waiting_;
    net::Loop::TimerId timer_ = 0;
    std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  };

  // `running_max` of all workspaces together.
  QueryQueue(net::Loop& loop, std::size_t running_max) : loop_(loop), running_max_(running_max) {}

  Turn enter(std::string_view workspace, const Share& share, std::stop_token stop) {
    return Turn(*this, std::string(workspace), share, std::move(stop));
  }
  void leave(std::string_view workspace);

  std::size_t running() const { return running_; }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Line {
    std::size_t running = 0;
    std::deque<Turn*> waiting;
  };

  // Whether the turn is decided at once.
  bool try_enter(Turn& turn);
  void give_up(Turn& turn, Admission admission);
  void admit_waiting();
  void drop_if_idle(std::string_view workspace);

  net::Loop& loop_;
  const std::size_t running_max_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  std::map<std::string, Line, std::less<>> lines_;
  std::string last_;  // the workspace that was admitted last
};

}  // namespace tributary::hub::gateway
