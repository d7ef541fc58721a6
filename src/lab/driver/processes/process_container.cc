#include "lab/driver/processes/process_container.h"

#include <csignal>

#include "base/json_text.h"
#include "lab/cgroup/cgroup_stats.h"
#include "lab/driver/processes/process_stats.h"

namespace tributary::lab {

ProcessContainer::ProcessContainer(net::Loop& loop, std::string docker_id, const Program& program,
                                   std::unique_ptr<Cgroup> cgroup)
    : loop_(loop),
      docker_id_(std::move(docker_id)),
      program_(program),
      cgroup_(std::move(cgroup)) {}

ProcessContainer::~ProcessContainer() {
  process_.reset();
  if (!cgroup_) return;
  cgroup_->kill();
  cgroup_->remove();
}

Result<void> ProcessContainer::start(ProcessOptions options,
                                     std::function<void(ContainerStart::Exit)> on_exit) {
  if (cgroup_) options.cgroup_files = cgroup_->process_files();
  inside_ = options;
  inside_.on_line = nullptr;
  options.on_exit = [this](int code) { ended(code); };
  TRIBUTARY_TRY(process_, start_process(loop_, std::move(options)));
  running_ = true;
  on_exit_ = std::move(on_exit);
  return {};
}

// All that runs inside ends with the first process.
void ProcessContainer::ended(int code) {
  running_ = false;
  ContainerStart::Exit exit{.code = code};
  if (cgroup_) {
    exit.out_of_memory =
        code == 128 + SIGKILL && was_out_of_memory(cgroup_->directories(), read_text);
    cgroup_->kill();
  }
  for (Process* one : beside_) one->signal(SIGKILL);
  if (const auto on_exit = on_exit_) on_exit(exit);
}

void ProcessContainer::signal(int number) {
  if (!running_) return;
  process_->signal(number);
  if (number == SIGKILL && cgroup_) cgroup_->kill();
}

net::Task<std::optional<ContainerStats>> ProcessContainer::stats() {
  if (!running_) co_return std::nullopt;
  const Timestamp now = loop_.clock().now();
  if (!cgroup_) co_return read_process_stats(process_->pid(), now, read_text);
  co_return read_cgroup_stats(cgroup_->directories(), now, read_text);
}

net::Task<Result<int>> ProcessContainer::execute(std::vector<std::string> command,
                                                 Duration timeout) {
  if (!running_) co_return Error(Code::unavailable, "the container does not run");
  ProcessOptions options = inside_;
  options.command = command_inside(program_, std::move(command));
  const std::string name = options.command[0];
  net::Event done;
  int code = 0;
  options.on_exit = [&done, &code](int exit_code) {
    code = exit_code;
    done.set();
  };
  auto started = start_process(loop_, std::move(options));
  if (!started) co_return started.error();
  const std::unique_ptr<Process> process = std::move(*started);
  beside_.insert(process.get());
  bool timed_out = false;
  const auto timer = loop_.call_at(loop_.clock().monotonic() + timeout, [&timed_out, &process] {
    timed_out = true;
    process->signal(SIGKILL);
  });
  co_await done;
  loop_.cancel(timer);
  beside_.erase(process.get());
  if (timed_out) co_return Error(Code::timeout, "program " + json_string(name) + " takes too long");
  co_return code;
}

}  // namespace tributary::lab
