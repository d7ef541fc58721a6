// A container that is a process: its cgroup, its figures, programs run inside.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "lab/cgroup/cgroup.h"
#include "lab/driver/driver.h"
#include "lab/driver/processes/process.h"
#include "lab/driver/processes/programs.h"
#include "net/loop.h"

namespace tributary::lab {

class ProcessContainer final : public Container {
 public:
  // `cgroup` is null where none may be made. `program` outlives the container.
  ProcessContainer(net::Loop& loop, std::string docker_id, const Program& program,
                   std::unique_ptr<Cgroup> cgroup);
  ~ProcessContainer() override;

  // Once. `options` says everything but what comes from the cgroup; `on_exit` is the container's.
  Result<void> start(ProcessOptions options, std::function<void(ContainerStart::Exit)> on_exit);

  const std::string& docker_id() const override { return docker_id_; }
  void signal(int number) override;
  net::Task<std::optional<ContainerStats>> stats() override;
  net::Task<Result<int>> execute(std::vector<std::string> command, Duration timeout) override;

 private:
  void ended(int code);

  net::Loop& loop_;
  std::string docker_id_;
  const Program& program_;
  std::unique_ptr<Cgroup> cgroup_;
  ProcessOptions inside_;  // what a program inside starts with
  std::function<void(ContainerStart::Exit)> on_exit_;
  std::unique_ptr<Process> process_;
  bool running_ = false;
  std::set<Process*> beside_;  // programs that run inside beside the first
};

}  // namespace tributary::lab
