// A container of Docker's API from its start to its end.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lab/cgroup/cgroup.h"
#include "lab/driver/docker/environment.h"
#include "lab/driver/driver.h"
#include "net/task.h"

namespace tributary::lab::docker {

class DockerContainer final : public Container {
 public:
  // Of a container that was started. Its calls run in `gate`, whose owner outlives it.
  DockerContainer(Environment& environment, net::Gate& gate, std::string id,
                  CgroupDirectories directories, ContainerStart start);
  ~DockerContainer() override;

  const std::string& docker_id() const override;
  void signal(int number) override;
  net::Task<std::optional<ContainerStats>> stats() override;
  net::Task<Result<int>> execute(std::vector<std::string> command, Duration timeout) override;

 private:
  // What its background tasks know; the container may be gone before they are.
  struct Run;

  static net::Task<void> follow_logs(Environment* environment, std::shared_ptr<Run> run);
  static net::Task<void> watch(Environment* environment, std::shared_ptr<Run> run);
  static net::Task<void> kill(Environment* environment, std::shared_ptr<Run> run, int number);

  Environment& environment_;
  net::Gate& gate_;
  std::shared_ptr<Run> run_;
};

// The cgroup of a container's first process, if it is on this machine: that of another machine (or
// of a virtual one) would have nothing to do with the container.
std::optional<CgroupDirectories> cgroup_of_container(const Environment& environment, pid_t pid,
                                                     const std::string& id);

}  // namespace tributary::lab::docker
