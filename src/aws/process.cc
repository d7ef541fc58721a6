#include "aws/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "net/worker_pool.h"

namespace tributary::aws {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPollInterval{50};  // how soon a stop is noticed

std::string errno_text(int error) { return std::generic_category().message(error); }

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close_now(); }
  int get() const { return fd_; }
  void close_now() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// A child that leads its own process group, and is killed with it when this object dies first.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  // The status once it has ended.
  std::optional<int> poll_exit() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

Result<pid_t> spawn(const std::vector<std::string>& argv, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    return Error(Code::unavailable, "cannot start \"" + argv[0] + "\": " + errno_text(error));
  return pid;
}

// Reads to the end of the output. The program is named in errors, its arguments are not.
Result<std::string> read_output(int fd, const std::string& program, const ProcessLimits& limits,
                                Steady::time_point deadline, const std::stop_token& stop) {
  std::string output;
  std::array<char, 4096> buffer;
  while (true) {
    if (stop.stop_requested()) return Error(Code::cancelled, "\"" + program + "\" was stopped");
    if (Steady::now() >= deadline) return Error(Code::timeout, "\"" + program + "\" took too long");
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = poll(&readable, 1, static_cast<int>(kPollInterval.count()));
    if (ready <= 0) continue;
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(Code::internal, "reading from a process: " + errno_text(errno));
    if (got == 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(got));
    if (output.size() > limits.output_bytes_max) {
      return Error(Code::limit_exceeded, "\"" + program + "\" printed more than " +
                                             std::to_string(limits.output_bytes_max) + " bytes");
    }
  }
}

Result<int> wait_for_exit(Child& child, const std::string& program, Steady::time_point deadline) {
  constexpr milliseconds kInterval{2};
  while (Steady::now() < deadline) {
    if (const auto status = child.poll_exit()) return *status;
    std::this_thread::sleep_for(kInterval);
  }
  return Error(Code::timeout, "\"" + program + "\" closed its output but does not end");
}

}  // namespace

Result<std::string> run_process(const std::vector<std::string>& argv, const ProcessLimits& limits,
                                const std::stop_token& stop) {
  if (argv.empty()) return Error(Code::invalid_argument, "no program to run");
  const auto deadline = Steady::now() + limits.timeout;
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return Error(Code::unavailable, "cannot make a pipe: " + errno_text(errno));
  const FileDescriptor input(ends[0]);
  FileDescriptor output(ends[1]);
  TRIBUTARY_TRY(const pid_t pid, spawn(argv, output.get()));
  Child child(pid);
  output.close_now();

  TRIBUTARY_TRY(std::string text, read_output(input.get(), argv[0], limits, deadline, stop));
  TRIBUTARY_TRY(const int status, wait_for_exit(child, argv[0], deadline));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  const std::string how = WIFEXITED(status)
                              ? "ended with status " + std::to_string(WEXITSTATUS(status))
                              : "was killed by signal " + std::to_string(WTERMSIG(status));
  return Error(Code::unavailable, "\"" + argv[0] + "\" " + how);
}

SystemProcessRunner::SystemProcessRunner(net::Loop& loop, ProcessLimits limits)
    : loop_(loop), limits_(limits) {}

SystemProcessRunner::~SystemProcessRunner() = default;

net::Task<Result<std::string>> SystemProcessRunner::run(std::vector<std::string> argv,
                                                        std::stop_token stop) {
  if (!worker_) worker_ = std::make_unique<net::WorkerPool>(1);
  auto work = [argv = std::move(argv), limits = limits_, stop] {
    return run_process(argv, limits, stop);
  };
  co_return co_await net::run(*worker_, loop_, std::move(work));
}

}  // namespace tributary::aws
