#include "lab/driver/processes/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lab/driver/processes/spawn.h"
#include "net/epoll_loop.h"

namespace tributary::lab {
namespace {

constexpr std::size_t kLineBytesMax = 16U << 10;
// What descendants that outlive the child may still have us read.
constexpr std::size_t kLastBytesMax = 1U << 20;

using Ready = net::Descriptor::Ready;

// What the two coroutines below share. Lives until the child has been waited for, though nobody may
// listen any more.
struct Watch {
  Watch(net::EpollLoop& on, const Spawned& spawned, int pid_fd)
      : loop(on), pid(spawned.pid), output(on, spawned.output), child(on, pid_fd) {}

  // True while there may be more at once.
  bool read_some();
  void hand_over() {
    if (on_line) on_line(line);
    line.clear();
  }

  net::EpollLoop& loop;
  const pid_t pid;
  net::Descriptor output;
  net::Descriptor child;
  net::Interrupt output_over{loop};
  net::Interrupt waited_for{loop};  // by the object's end
  std::string line;
  bool ended = false;
  std::function<void(std::string_view)> on_line;
  std::function<void(int)> on_exit;
};

bool Watch::read_some() {
  const std::span<char> buffer = loop.read_buffer();
  const ssize_t size = ::read(output.fd(), buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return true;
  if (size < 0) output.exhausted(Ready::read);
  if (size == 0) output_over.raise(Code::cancelled);
  if (size <= 0) return false;
  for (const char c : buffer.first(static_cast<std::size_t>(size))) {
    if (c != '\n') line.push_back(c);
    if (c == '\n' || line.size() >= kLineBytesMax) hand_over();
  }
  return true;
}

// As long as the child lives.
net::Task<void> follow_output(std::shared_ptr<Watch> watch) {
  while (true) {
    (void)co_await net::ReadyWait(watch->output, Ready::read, watch->output_over);
    if (watch->output_over.raised()) co_return;
    if (watch->read_some()) co_await net::Yield(watch->loop);
  }
}

net::Task<void> follow_end(std::shared_ptr<Watch> watch) {
  (void)co_await net::ReadyWait(watch->child, Ready::read, watch->waited_for);
  if (watch->ended) co_return;
  ::kill(-watch->pid, SIGKILL);  // descendants go with it, as those of a container's first process
  int status = 0;
  ::waitpid(watch->pid, &status, 0);
  watch->ended = true;
  std::size_t rounds = kLastBytesMax / net::EpollLoop::kReadBufferBytes;
  while (rounds-- > 0 && watch->read_some()) {
  }
  if (!watch->line.empty()) watch->hand_over();
  watch->output_over.raise(Code::cancelled);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (const auto on_exit = watch->on_exit) on_exit(code);
}

net::detail::Detached go_on(net::Task<void> task) { co_await task; }

class ChildProcess final : public Process {
 public:
  explicit ChildProcess(std::shared_ptr<Watch> watch) : watch_(std::move(watch)) {
    go_on(follow_output(watch_));
    go_on(follow_end(watch_));
  }
  ~ChildProcess() override {
    watch_->on_line = nullptr;
    watch_->on_exit = nullptr;
    if (watch_->ended) return;
    signal(SIGKILL);
    ::waitpid(watch_->pid, nullptr, 0);
    watch_->ended = true;
    watch_->output_over.raise(Code::cancelled);
    watch_->waited_for.raise(Code::cancelled);
  }

  pid_t pid() const override { return watch_->pid; }
  void signal(int number) override {
    if (!watch_->ended) ::kill(number == SIGKILL ? -watch_->pid : watch_->pid, number);
  }

 private:
  std::shared_ptr<Watch> watch_;
};

}  // namespace

Result<std::unique_ptr<Process>> start_process(net::Loop& loop, ProcessOptions options) {
  TRIBUTARY_TRY(net::EpollLoop * real, net::real_loop(loop));
  TRIBUTARY_TRY(const Spawned spawned, spawn(options));
  const int pid_fd = static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0));
  if (pid_fd < 0) {
    const int error = errno;
    ::kill(spawned.pid, SIGKILL);
    ::waitpid(spawned.pid, nullptr, 0);
    ::close(spawned.output);
    return Error(Code::unavailable, std::string("pidfd_open: ") + std::strerror(error));
  }
  auto watch = std::make_shared<Watch>(*real, spawned, pid_fd);
  watch->on_line = std::move(options.on_line);
  watch->on_exit = std::move(options.on_exit);
  return std::unique_ptr<Process>(std::make_unique<ChildProcess>(std::move(watch)));
}

}  // namespace tributary::lab
