#include "net/asio_loop.h"

#include <boost/asio/post.hpp>
#include <csignal>

namespace tributary::net {

AsioLoop::AsioLoop()
    : io_(1),
      timer_(io_),
      read_buffer_(std::make_unique_for_overwrite<char[]>(kReadBufferBytes)),
      resolver_(*this) {}

AsioLoop::~AsioLoop() = default;

void AsioLoop::post(std::function<void()> work) { boost::asio::post(io_, std::move(work)); }

Loop::TimerId AsioLoop::call_at(Instant when, std::function<void()> work) {
  const TimerId id = timers_.add(when, std::move(work));
  arm();
  return id;
}

// The Asio timer stands at the earliest time that anybody asked for. Cancelling leaves it there: a
// wake-up for nothing is cheaper than setting it for every request.
void AsioLoop::arm() {
  const auto next = timers_.next();
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) fire();
  });
}

void AsioLoop::fire() {
  armed_for_.reset();
  const Instant now = clock_.monotonic();
  while (auto work = timers_.pop_due(now)) work();
  arm();
}

void AsioLoop::run() {
  io_.restart();
  const auto guard = boost::asio::make_work_guard(io_);
  io_.run();
}

void AsioLoop::on_signal(std::function<void(int)> handler) {
  signal_handlers_.push_back(std::move(handler));
  if (signals_) return;
  signals_.emplace(io_, SIGTERM, SIGINT, SIGHUP);
  await_signal();
}

void AsioLoop::await_signal() {
  signals_->async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    await_signal();
    for (const auto& handler : signal_handlers_) handler(signal);
  });
}

std::unique_ptr<Loop> make_loop() { return std::make_unique<AsioLoop>(); }

Result<AsioLoop*> asio_loop(Loop& loop) {
  if (auto* real = dynamic_cast<AsioLoop*>(&loop)) return real;
  return Error(Code::invalid_argument, "network I/O needs a loop of make_loop()");
}

}  // namespace tributary::net
