#include "lab/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/json_text.h"

namespace tributary::lab {
namespace {

constexpr std::size_t kLineBytesMax = 16U << 10;  // a longer line is cut there

// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// What the watching thread hands to the loop; dropped once the Process is gone.
struct Callbacks {
  std::function<void(std::string_view)> on_line;
  std::function<void(int)> on_exit;
  bool alive = true;  // the loop's thread only
};

class ChildProcess final : public Process {
 public:
  ChildProcess(net::Loop& loop, pid_t pid, Fd output, ProcessOptions options)
      : loop_(loop),
        pid_(pid),
        callbacks_(std::make_shared<Callbacks>(
            Callbacks{std::move(options.on_line), std::move(options.on_exit)})),
        watcher_([this, fd = std::move(output)] { watch(fd.get()); }) {}

  ~ChildProcess() override {
    callbacks_->alive = false;
    ::kill(-pid_, SIGKILL);  // descendants may outlive the child itself
    watcher_.join();
  }

  pid_t pid() const override { return pid_; }

  void signal(int number) override {
    if (!ended_) ::kill(-pid_, number);
  }

 private:
  // Runs on its own thread until the child has ended and its output is read.
  void watch(int output) {
    const Fd child(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    std::string line;
    bool open = true;
    while (true) {
      pollfd waits[2] = {{child.get(), POLLIN, 0}, {open ? output : -1, POLLIN, 0}};
      if (::poll(waits, 2, -1) < 0 && errno != EINTR) break;
      if (waits[1].revents != 0) open = read_some(output, line);
      if (waits[0].revents != 0) break;
    }
    while (open && read_some(output, line)) {
    }
    if (!line.empty()) hand_over(line);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    loop_.post([callbacks = callbacks_, code] {
      if (callbacks->alive && callbacks->on_exit) callbacks->on_exit(code);
    });
  }

  // False at the end of the output, or when there is none at the moment.
  bool read_some(int output, std::string& line) {
    char bytes[4096];
    const ssize_t size = ::read(output, bytes, sizeof bytes);
    if (size <= 0) return false;
    for (ssize_t i = 0; i < size; ++i) {
      if (bytes[i] != '\n') line.push_back(bytes[i]);
      if (bytes[i] == '\n' || line.size() >= kLineBytesMax) {
        hand_over(line);
        line.clear();
      }
    }
    return true;
  }

  void hand_over(std::string line) {
    loop_.post([callbacks = callbacks_, line = std::move(line)] {
      if (callbacks->alive && callbacks->on_line) callbacks->on_line(line);
    });
  }

  net::Loop& loop_;
  pid_t pid_;
  std::shared_ptr<Callbacks> callbacks_;
  std::atomic<bool> ended_{false};
  std::thread watcher_;
};

}  // namespace

Result<std::unique_ptr<Process>> start_process(net::Loop& loop, ProcessOptions options) {
  TRIBUTARY_CHECK(!options.command.empty());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return Error(Code::internal, std::string("pipe: ") + std::strerror(errno));
  Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  ::fcntl(write_end.get(), F_SETFL, 0);  // the child writes as to any file

  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> argv = pointers(options.command);
  std::vector<char*> envp = pointers(variables);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return Error(
        failed == ENOENT ? Code::not_found : Code::internal,
        "cannot start program " + json_string(options.command[0]) + ": " + std::strerror(failed));
  }
  return std::unique_ptr<Process>(
      std::make_unique<ChildProcess>(loop, pid, std::move(read_end), std::move(options)));
}

}  // namespace tributary::lab
