// The real Loop, on Asio. Only the .cc files of this folder see it.
//
// Threads: as Loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "net/loop.h"
#include "net/resolver.h"
#include "net/timer_queue.h"

namespace tributary::net {

class AsioLoop final : public Loop {
 public:
  static constexpr std::size_t kReadBufferBytes = 64U << 10;

  AsioLoop();
  ~AsioLoop() override;

  const Clock& clock() const override { return clock_; }
  void post(std::function<void()> work) override;
  TimerId call_at(Instant when, std::function<void()> work) override;
  void cancel(TimerId timer) override { timers_.cancel(timer); }
  void run() override;
  void stop() override { io_.stop(); }
  void on_signal(std::function<void(int)> handler) override;

  boost::asio::io_context& context() { return io_; }
  Resolver& resolver() { return resolver_; }

  // What is read from any socket lands here first, so that a connection that waits owns no buffer.
  // Its contents last until the next co_await.
  std::span<char> read_buffer() { return {read_buffer_.get(), kReadBufferBytes}; }

 private:
  void arm();
  void fire();
  void await_signal();

  SystemClock clock_;
  boost::asio::io_context io_;
  boost::asio::steady_timer timer_;
  TimerQueue timers_;
  std::optional<Instant> armed_for_;
  std::optional<boost::asio::signal_set> signals_;
  std::vector<std::function<void(int)>> signal_handlers_;
  std::unique_ptr<char[]> read_buffer_;
  Resolver resolver_;
};

// The loop itself where it is a real one. Sockets need one.
Result<AsioLoop*> asio_loop(Loop& loop);

}  // namespace tributary::net
