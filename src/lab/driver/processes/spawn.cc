#include "lab/driver/processes/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab {
namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// What the child tells when it cannot become its program.
struct Failure {
  const char* step;  // of the parent's memory, too
  int error;
};

// All that the child needs, made before the fork: it may not allocate.
struct Prepared {
  const char* program;
  char* const* argv;
  char* const* envp;
  const ProcessOptions& options;
  int output;
  int report;
  pid_t parent;
};

[[noreturn]] void give_up(const Prepared& prepared, const char* step) {
  const Failure failure{step, errno};
  (void)!::write(prepared.report, &failure, sizeof failure);
  ::_exit(127);
}

void enter_cgroups(const Prepared& prepared) {
  for (const std::string& file : prepared.options.cgroup_files) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, "0", 1) != 1) give_up(prepared, "cgroup");
    ::close(fd);
  }
}

void become_user(const Prepared& prepared) {
  if (!prepared.options.user) return;
  const User& user = *prepared.options.user;
  // The system calls, not the library's functions, which tell all threads.
  if (::syscall(SYS_setgroups, 1, &user.gid) != 0) give_up(prepared, "setgroups");
  if (::syscall(SYS_setgid, user.gid) != 0) give_up(prepared, "setgid");
  if (::syscall(SYS_setuid, user.uid) != 0) give_up(prepared, "setuid");
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

[[noreturn]] void run_child(const Prepared& prepared) {
  const ProcessOptions& options = prepared.options;
  ::setpgid(0, 0);
  enter_cgroups(prepared);
  if (options.network_namespace >= 0 && ::setns(options.network_namespace, CLONE_NEWNET) != 0)
    give_up(prepared, "network namespace");
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(prepared.output, 1) < 0 ||
      ::dup2(prepared.output, 2) < 0)
    give_up(prepared, "standard streams");
  if (null > 2) ::close(null);
  become_user(prepared);
  if (::chdir(options.working_directory.c_str()) != 0) give_up(prepared, "working directory");
  // After the user, whose change clears it. The parent may have gone before.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);
  reset_signals();
  ::execve(prepared.program, prepared.argv, prepared.envp);
  give_up(prepared, "program");
}

// As execvp(3) does, by the PATH that the child will have.
Result<std::string> find_program(const ProcessOptions& options) {
  const std::string& name = options.command[0];
  if (name.find('/') != std::string::npos) return name;
  const auto path = options.environment.find("PATH");
  const std::string_view folders = path != options.environment.end() ? path->second : kDefaultPath;
  for (const std::string_view folder : split(folders, ':')) {
    std::string file = std::string(folder) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return Error(Code::not_found,
               "program " + json_string(name) + ": not found in PATH " + json_string(folders));
}

Error error_of(const Failure& failure, const ProcessOptions& options, const std::string& program) {
  const std::string step = failure.step;
  const std::string what = step == "program" ? "program " + json_string(program)
                           : step == "working directory"
                               ? step + " " + json_string(options.working_directory)
                               : step;
  const bool missing = failure.error == ENOENT || failure.error == ENOTDIR;
  return Error(missing ? Code::not_found : Code::unavailable,
               what + ": " + std::strerror(failure.error));
}

}  // namespace

Result<Spawned> spawn(const ProcessOptions& options) {
  TRIBUTARY_CHECK(!options.command.empty());
  TRIBUTARY_TRY(const std::string program, find_program(options));
  int output[2];
  int report[2];
  if (::pipe2(output, O_CLOEXEC) != 0)
    return Error(Code::unavailable, std::string("pipe: ") + std::strerror(errno));
  Fd read_end(output[0]);
  const Fd write_end(output[1]);
  if (::pipe2(report, O_CLOEXEC) != 0)
    return Error(Code::unavailable, std::string("pipe: ") + std::strerror(errno));
  const Fd report_read(report[0]);
  Fd report_write(report[1]);
  ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);  // the child writes as to any file

  std::vector<std::string> words = options.command;
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);
  const Prepared prepared{program.c_str(), argv.data(),        envp.data(), options,
                          write_end.get(), report_write.get(), ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) return Error(Code::unavailable, std::string("fork: ") + std::strerror(errno));
  if (pid == 0) run_child(prepared);

  ::close(report_write.release());
  Failure failure{};
  ssize_t size = 0;
  do {
    size = ::read(report_read.get(), &failure, sizeof failure);  // closed by a successful exec
  } while (size < 0 && errno == EINTR);
  if (size == sizeof failure) {
    ::waitpid(pid, nullptr, 0);
    return error_of(failure, options, program);
  }
  return Spawned{.pid = pid, .output = read_end.release()};
}

}  // namespace tributary::lab
