#include "hub/gateway/query_queue.h"

#include <algorithm>
#include <utility>

namespace tributary::hub::gateway {

void QueryQueue::Turn::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  timer_ = queue_.loop_.call_at(queue_.loop_.clock().monotonic() + share_.patience,
                                [this] { queue_.give_up(*this, Admission::timed_out); });
  on_stop_.emplace(stop_,
                   std::function<void()>([this] { queue_.give_up(*this, Admission::cancelled); }));
}

// Resumes from the loop, never from within whoever decided.
void QueryQueue::Turn::end(Admission admission) {
  admission_ = admission;
  if (admission != Admission::timed_out) queue_.loop_.cancel(timer_);
  queue_.loop_.post([this] {
    on_stop_.reset();
    waiting_.resume();
  });
}

bool QueryQueue::try_enter(Turn& turn) {
  Line& line = lines_[turn.workspace_];
  if (turn.stop_.stop_requested()) {
    turn.admission_ = Admission::cancelled;
  } else if (running_ < running_max_ && line.running < turn.share_.running_max) {
    turn.admission_ = Admission::granted;
    ++running_;
    ++line.running;
    last_ = turn.workspace_;
    return true;
  } else if (line.waiting.size() >= turn.share_.waiting_max) {
    turn.admission_ = Admission::full;
  } else {
    line.waiting.push_back(&turn);
    ++waiting_;
    return false;
  }
  drop_if_idle(turn.workspace_);
  return true;
}

void QueryQueue::give_up(Turn& turn, Admission admission) {
  const auto line = lines_.find(turn.workspace_);
  if (line == lines_.end() || std::erase(line->second.waiting, &turn) == 0) return;
  --waiting_;
  drop_if_idle(turn.workspace_);
  turn.end(admission);
}

void QueryQueue::leave(std::string_view workspace) {
  const auto line = lines_.find(workspace);
  if (line == lines_.end() || line->second.running == 0) return;
  --line->second.running;
  --running_;
  admit_waiting();
  drop_if_idle(workspace);
}

// One query of each workspace in turn, beginning after the one that came last.
void QueryQueue::admit_waiting() {
  auto at = lines_.upper_bound(last_);
  for (std::size_t looked = 0; looked < lines_.size() && running_ < running_max_; ++looked, ++at) {
    if (at == lines_.end()) at = lines_.begin();
    Line& line = at->second;
    if (line.waiting.empty() || line.running >= line.waiting.front()->share_.running_max) continue;
    Turn& turn = *line.waiting.front();
    line.waiting.pop_front();
    --waiting_;
    ++line.running;
    ++running_;
    last_ = at->first;
    turn.end(Admission::granted);
  }
}

void QueryQueue::drop_if_idle(std::string_view workspace) {
  const auto line = lines_.find(workspace);
  if (line != lines_.end() && line->second.running == 0 && line->second.waiting.empty())
    lines_.erase(line);
}

}  // namespace tributary::hub::gateway
