#include "net/epoll_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <utility>

#include "base/check.h"

namespace tributary::net {
namespace {

constexpr std::uint64_t kWakeUpToken = ~std::uint64_t{0};
constexpr std::size_t kEventsAtOnce = 128;
constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP};

// What the signal handler writes to. It may do no more than that.
std::atomic<int> signal_wake_up = -1;
std::atomic<std::uint64_t> signals_pending = 0;

void wake(int event_fd) {
  const std::uint64_t one = 1;
  (void)!::write(event_fd, &one, sizeof one);
}

void note_signal(int signal) {
  const int error = errno;
  signals_pending.fetch_or(std::uint64_t{1} << signal);
  wake(signal_wake_up.load());
  errno = error;
}

}  // namespace

EpollLoop::EpollLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_up_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      read_buffer_(std::make_unique_for_overwrite<char[]>(kReadBufferBytes)),
      resolver_(*this) {
  TRIBUTARY_CHECK(epoll_.fd >= 0 && wake_up_.fd >= 0);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kWakeUpToken}};
  TRIBUTARY_CHECK(::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, wake_up_.fd, &event) == 0);
}

EpollLoop::~EpollLoop() {
  if (owns_signals_) {
    for (const int signal : kSignals) std::signal(signal, SIG_DFL);
    signal_wake_up = -1;
  }
}

EpollLoop::OwnDescriptor::~OwnDescriptor() { ::close(fd); }

void EpollLoop::post(std::function<void()> work) {
  bool from_outside = false;
  {
    const std::lock_guard lock(mutex_);
    from_outside = posted_.empty() && thread_ != std::this_thread::get_id();
    posted_.push_back(std::move(work));
  }
  if (from_outside) wake(wake_up_.fd);
}

void EpollLoop::run() {
  {
    const std::lock_guard lock(mutex_);
    thread_ = std::this_thread::get_id();
  }
  stopped_ = false;
  while (true) {
    resume_ready();
    run_posted();
    run_timers();
    if (stopped_) return;
    poll();
  }
}

// In milliseconds, as epoll wants it: not one too early.
int EpollLoop::timeout() {
  if (!running_.empty()) return 0;
  {
    const std::lock_guard lock(mutex_);
    if (!posted_.empty()) return 0;
  }
  const auto next = timers_.next();
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - clock_.monotonic());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

void EpollLoop::poll() {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = ::epoll_wait(epoll_.fd, events.data(), kEventsAtOnce, timeout());
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeUpToken) {
      std::uint64_t ignored = 0;
      (void)!::read(wake_up_.fd, &ignored, sizeof ignored);
      run_signals();
    } else if (Descriptor* descriptor = find(event.data.u64)) {
      descriptor->on_events(event.events);
      ready_.push_back(event.data.u64);
    }
  }
}

// What is resumed may close any descriptor, so each is looked up again.
void EpollLoop::resume_ready() {
  while (!ready_.empty() && !stopped_) {
    Descriptor* descriptor = find(ready_.front());
    ready_.pop_front();
    if (descriptor == nullptr || (descriptor->waited_for_ & descriptor->ready_) == 0) continue;
    descriptor->waited_for_ = 0;
    std::exchange(descriptor->waiting_, nullptr).resume();
  }
}

void EpollLoop::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& work : posted_) running_.push_back(std::move(work));
    posted_.clear();
  }
  while (!running_.empty() && !stopped_) {
    const std::function<void()> work = std::move(running_.front());
    running_.pop_front();
    work();
  }
}

void EpollLoop::run_timers() {
  const Instant now = clock_.monotonic();
  while (!stopped_) {
    const std::function<void()> work = timers_.pop_due(now);
    if (!work) return;
    work();
  }
}

void EpollLoop::on_signal(std::function<void(int)> handler) {
  signal_handlers_.push_back(std::move(handler));
  if (owns_signals_) return;
  owns_signals_ = true;
  TRIBUTARY_CHECK(signal_wake_up.exchange(wake_up_.fd) == -1);
  struct sigaction action{};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

void EpollLoop::run_signals() {
  if (!owns_signals_) return;
  const std::uint64_t pending = signals_pending.exchange(0);
  for (const int signal : kSignals)
    if ((pending >> signal & 1U) != 0)
      post([this, signal] {
        for (const auto& handler : signal_handlers_) handler(signal);
      });
}

bool EpollLoop::watch(Descriptor& descriptor) {
  const auto number = static_cast<std::size_t>(descriptor.fd());
  if (slots_.size() <= number) slots_.resize(number + 1);
  slots_[number] = {&descriptor, ++last_generation_};
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.u64 = std::uint64_t{last_generation_} << 32 | number}};
  return ::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, descriptor.fd(), &event) == 0;
}

void EpollLoop::forget(const Descriptor& descriptor) {
  slots_[static_cast<std::size_t>(descriptor.fd())] = {};
}

Descriptor* EpollLoop::find(std::uint64_t token) const {
  const Slot& slot = slots_[token & 0xffff'ffff];
  return slot.generation == token >> 32 ? slot.descriptor : nullptr;
}

Descriptor::~Descriptor() {
  loop_.forget(*this);
  ::close(fd_);
}

void Descriptor::exhausted(Ready what) {
  if (what == Ready::read && peer_ended_) return;
  ready_ &= static_cast<std::uint8_t>(~static_cast<unsigned>(what));
}

void Descriptor::on_events(std::uint32_t events) {
  constexpr std::uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnds) != 0) peer_ended_ = true;
  if ((events & (EPOLLIN | kEnds)) != 0) ready_ |= static_cast<std::uint8_t>(Ready::read);
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
    ready_ |= static_cast<std::uint8_t>(Ready::write);
}

void ReadyWait::await_suspend(std::coroutine_handle<> waiting) {
  TRIBUTARY_CHECK(!descriptor_.waiting_);
  interrupt_.begin(*this);
  descriptor_.waited_for_ = static_cast<std::uint8_t>(what_);
  descriptor_.waiting_ = waiting;
}

Result<void> ReadyWait::await_resume() {
  interrupt_.end();
  if (const auto cause = interrupt_.cause()) return Error(*cause, std::string(to_string(*cause)));
  if (!descriptor_.watched_) return Error(Code::unavailable, "epoll takes no more descriptors");
  return {};
}

void ReadyWait::give_up() {
  descriptor_.waited_for_ = 0;
  const std::coroutine_handle<> waiting = std::exchange(descriptor_.waiting_, nullptr);
  descriptor_.loop_.post([waiting] { waiting.resume(); });
}

void PairWait::await_suspend(std::coroutine_handle<> waiting) {
  interrupt_.begin(*this);
  for (const Side* side : {&one_, &other_}) {
    TRIBUTARY_CHECK(!side->descriptor.waiting_);
    side->descriptor.waited_for_ = static_cast<std::uint8_t>(side->wanted);
    side->descriptor.waiting_ = waiting;
  }
}

void PairWait::let_go() {
  for (const Side* side : {&one_, &other_}) {
    side->descriptor.waited_for_ = 0;
    side->descriptor.waiting_ = nullptr;
  }
}

Result<void> PairWait::await_resume() {
  interrupt_.end();
  let_go();
  if (const auto cause = interrupt_.cause()) return Error(*cause, std::string(to_string(*cause)));
  if (!one_.descriptor.watched_ || !other_.descriptor.watched_)
    return Error(Code::unavailable, "epoll takes no more descriptors");
  return {};
}

void PairWait::give_up() {
  const std::coroutine_handle<> waiting = one_.descriptor.waiting_;
  let_go();
  one_.descriptor.loop_.post([waiting] { waiting.resume(); });
}

std::unique_ptr<Loop> make_loop() { return std::make_unique<EpollLoop>(); }

Result<EpollLoop*> real_loop(Loop& loop) {
  if (auto* real = dynamic_cast<EpollLoop*>(&loop)) return real;
  return Error(Code::invalid_argument, "network I/O needs a loop of make_loop()");
}

}  // namespace tributary::net
