// Containers as processes of this machine, for where nothing can run real ones: images are programs
// that a file names, limits are cgroups' where permitted, localhost is a network namespace where
// permitted. A process sees the machine's files; what a container sets beyond that (a read-only
// root, tmpfs, volumes) is warned about by name and does not happen.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "lab/cgroup/cgroup.h"
#include "lab/driver/driver.h"
#include "lab/driver/processes/programs.h"
#include "lab/network/task_network.h"
#include "net/loop.h"

namespace tributary::lab {

class ProcessDriver final : public Driver {
 public:
  // A network for one task: isolated, or the machine's where that is not permitted.
  using MakeNetwork = std::function<Result<std::unique_ptr<TaskNetwork>>()>;
  struct Options {
    std::string cgroup_parent;  // "tributary-1a2b": this lab's, of all labs on the machine
    CgroupTrees cgroup_trees;   // of find_cgroup_trees; empty: no limits
    MakeNetwork make_network;
  };

  // All outlive the driver and what it starts.
  ProcessDriver(net::Loop& loop, Random& random, Programs programs, Options options, Logger log);
  ~ProcessDriver() override;  // after the last task: leaves no cgroup behind

  std::string describe() const override;
  net::Task<Result<PulledImage>> pull(std::string image,
                                      std::optional<RegistryLogin> login) override;
  net::Task<Result<std::unique_ptr<Sandbox>>> create_sandbox(const TaskSpec* task) override;
  net::Task<void> sweep() override;

 private:
  friend class ProcessSandbox;

  net::Loop& loop_;
  Random& random_;
  Programs programs_;
  Options options_;
  Logger log_;
  bool said_no_cgroups_ = false;
};

}  // namespace tributary::lab
