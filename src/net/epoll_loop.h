// The real Loop: epoll, an event descriptor for wake-ups from outside, and a queue of timers. Only
// the .cc files of this folder see it.
//
// Descriptors are registered once, edge-triggered, for everything; each remembers what the kernel
// has said about it since somebody last came to the end of it. So an exchange costs a send, a wait
// and a receive, and nothing per request is told to epoll. Timers are epoll's timeout, rounded up
// to the millisecond.
//
// Threads: as Loop.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "net/interrupt.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/timer_queue.h"
#include "net/tls.h"

namespace tributary::net {

class Descriptor;

class EpollLoop final : public Loop {
 public:
  static constexpr std::size_t kReadBufferBytes = 64U << 10;

  EpollLoop();
  ~EpollLoop() override;
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  const Clock& clock() const override { return clock_; }
  void post(std::function<void()> work) override;
  TimerId call_at(Instant when, std::function<void()> work) override {
    return timers_.add(when, std::move(work));
  }
  void cancel(TimerId timer) override { timers_.cancel(timer); }
  void run() override;
  void stop() override { stopped_ = true; }
  // By one loop of the process at a time.
  void on_signal(std::function<void(int)> handler) override;

  Resolver& resolver() { return resolver_; }
  TlsContexts& tls_contexts() { return tls_contexts_; }

  // What is read from any socket lands here first, so that a connection that waits owns no buffer.
  // Its contents last until the next co_await.
  std::span<char> read_buffer() { return {read_buffer_.get(), kReadBufferBytes}; }

 private:
  friend class Descriptor;

  // Closed after everything below that may still post.
  struct OwnDescriptor {
    explicit OwnDescriptor(int opened) : fd(opened) {}
    ~OwnDescriptor();
    OwnDescriptor(const OwnDescriptor&) = delete;
    OwnDescriptor& operator=(const OwnDescriptor&) = delete;
    const int fd;
  };
  // A descriptor's number may come back within one batch of events; its generation does not.
  struct Slot {
    Descriptor* descriptor = nullptr;
    std::uint32_t generation = 0;
  };

  bool watch(Descriptor& descriptor);
  void forget(const Descriptor& descriptor);
  Descriptor* find(std::uint64_t token) const;

  int timeout();
  void poll();
  void resume_ready();
  void run_posted();
  void run_timers();
  void run_signals();

  SystemClock clock_;
  TimerQueue timers_;
  OwnDescriptor epoll_;
  OwnDescriptor wake_up_;
  bool stopped_ = false;
  bool owns_signals_ = false;
  std::uint32_t last_generation_ = 0;
  std::vector<Slot> slots_;          // by the descriptor's number
  std::deque<std::uint64_t> ready_;  // tokens of descriptors that something was said about
  std::deque<std::function<void()>> running_;
  std::vector<std::function<void(int)>> signal_handlers_;
  std::mutex mutex_;  // over the two below
  std::vector<std::function<void()>> posted_;
  std::thread::id thread_;
  std::unique_ptr<char[]> read_buffer_;
  Resolver resolver_;
  TlsContexts tls_contexts_;
};

// A socket that the loop watches; closed at its end. One coroutine waits for it at a time.
class Descriptor {
 public:
  enum class Ready : std::uint8_t { read = 1, write = 2 };

  Descriptor(EpollLoop& loop, int fd) : loop_(loop), fd_(fd) { watched_ = loop_.watch(*this); }
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const { return fd_; }
  // Whether it is worth a try. Only the kernel's saying so or `exhausted` change it.
  bool may(Ready what) const { return (ready_ & static_cast<unsigned>(what)) != 0; }
  // The last try would have blocked, or got all there was: the next must wait.
  void exhausted(Ready what);

 private:
  friend class EpollLoop;
  friend class ReadyWait;
  friend class PairWait;

  void on_events(std::uint32_t events);

  EpollLoop& loop_;
  const int fd_;
  std::uint8_t ready_ = 0;   // of Ready
  bool peer_ended_ = false;  // nothing more will be said about reading
  bool watched_ = false;
  std::uint8_t waited_for_ = 0;
  std::coroutine_handle<> waiting_;
};

// co_await: nothing where the descriptor is ready, else why not.
class ReadyWait final : public Interrupt::Wait {
 public:
  ReadyWait(Descriptor& descriptor, Descriptor::Ready what, Interrupt& interrupt)
      : descriptor_(descriptor), what_(what), interrupt_(interrupt) {}

  bool await_ready() const noexcept {
    return interrupt_.raised() || descriptor_.may(what_) || !descriptor_.watched_;
  }
  void await_suspend(std::coroutine_handle<> waiting);
  Result<void> await_resume();
  void give_up() override;

 private:
  Descriptor& descriptor_;
  Descriptor::Ready what_;
  Interrupt& interrupt_;
};

// The same for two descriptors at once: nothing where one of them is ready for any of what is
// wanted of it (of Ready, or 0).
class PairWait final : public Interrupt::Wait {
 public:
  struct Side {
    Descriptor& descriptor;
    unsigned wanted;

    bool ready() const { return (descriptor.ready_ & wanted) != 0 || !descriptor.watched_; }
  };

  PairWait(Side one, Side other, Interrupt& interrupt)
      : one_(one), other_(other), interrupt_(interrupt) {}

  bool await_ready() const noexcept {
    return interrupt_.raised() || one_.ready() || other_.ready();
  }
  void await_suspend(std::coroutine_handle<> waiting);
  Result<void> await_resume();
  void give_up() override;

 private:
  void let_go();

  Side one_;
  Side other_;
  Interrupt& interrupt_;
};

// co_await: lets everything else that is ready go first.
class Yield {
 public:
  explicit Yield(Loop& loop) : loop_(loop) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    loop_.post([waiting] { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
};

// The loop itself where it is a real one. Sockets need one.
Result<EpollLoop*> real_loop(Loop& loop);

}  // namespace tributary::net
