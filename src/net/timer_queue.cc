#include "net/timer_queue.h"

namespace tributary::net {

TimerQueue::Id TimerQueue::add(Instant when, std::function<void()> work) {
  const Id id = ++last_id_;
  timers_.emplace(std::pair(when, id), std::move(work));
  due_.emplace(id, when);
  return id;
}

void TimerQueue::cancel(Id id) {
  const auto found = due_.find(id);
  if (found == due_.end()) return;
  timers_.erase(std::pair(found->second, id));
  due_.erase(found);
}

std::optional<Instant> TimerQueue::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

std::function<void()> TimerQueue::pop_due(Instant now) {
  if (timers_.empty() || timers_.begin()->first.first > now) return nullptr;
  const auto first = timers_.begin();
  std::function<void()> work = std::move(first->second);
  due_.erase(first->first.second);
  timers_.erase(first);
  return work;
}

}  // namespace tributary::net
