// What the containers of one task share with Docker's API: the pause container and its network, the
// task's cgroup and volumes.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lab/cgroup/cgroup.h"
#include "lab/driver/docker/environment.h"
#include "lab/driver/docker/requests.h"
#include "lab/driver/driver.h"
#include "net/task.h"

namespace tributary::lab::docker {

class DockerSandbox final : public Sandbox {
 public:
  // `environment` has the pause image's name. On failure nothing is left.
  static net::Task<Result<std::unique_ptr<Sandbox>>> create(Environment* environment,
                                                            const TaskSpec* task);
  ~DockerSandbox() override = default;

  TaskNetwork& network() override { return *network_; }
  net::Task<Result<std::unique_ptr<Container>>> start(ContainerStart start) override;
  net::Task<void> remove() override;

 private:
  explicit DockerSandbox(Environment& environment) : environment_(environment) {}

  void make_cgroup(const TaskSpec& task);
  net::Task<Result<void>> make_volumes(const TaskSpec* task);
  net::Task<Result<void>> start_pause(const TaskSpec* task);
  net::Task<Result<std::string>> create_and_start(CreateContainer create, std::string name);
  net::Task<void> forget(std::string id);  // a container
  net::Task<void> remove_cgroup();

  Environment& environment_;
  std::unique_ptr<Cgroup> cgroup_;  // null where there is none
  std::unique_ptr<TaskNetwork> network_;
  std::string network_mode_;             // of the task's containers
  std::vector<std::string> containers_;  // ids, the pause container's first
  std::vector<std::string> volumes_;     // names
  net::Gate gate_;
};

}  // namespace tributary::lab::docker
