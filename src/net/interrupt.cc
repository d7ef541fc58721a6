#include "net/interrupt.h"

#include <utility>

namespace tributary::net {

Interrupt::~Interrupt() {
  if (timer_) loop_.cancel(*timer_);
}

void Interrupt::stop_with(const std::stop_token& stop) { stop_.emplace(stop, Stop{this}); }

void Interrupt::set_deadline(std::optional<Instant> deadline) {
  deadline_ = deadline;
  if (!deadline_ || raised()) return;
  if (timer_ && timer_at_ <= *deadline_) return;  // it comes first and then looks again
  arm();
}

void Interrupt::raise(Code cause) {
  if (raised()) return;
  cause_ = cause;
  if (Wait* wait = std::exchange(wait_, nullptr)) wait->give_up();
}

void Interrupt::arm() {
  if (timer_) loop_.cancel(*timer_);
  timer_at_ = *deadline_;
  timer_ = loop_.call_at(timer_at_, [this] { on_timer(); });
}

void Interrupt::on_timer() {
  timer_.reset();
  if (!deadline_ || raised()) return;
  if (*deadline_ <= loop_.clock().monotonic()) return raise(Code::timeout);
  arm();
}

}  // namespace tributary::net
