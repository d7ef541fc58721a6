// Runs tasks by a Driver: the role's session, the network, images, containers in the order of their
// dependencies, health checks, figures each second, logs, and the end of it all when an essential
// container ends or somebody stops the task.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "lab/driver/driver.h"
#include "lab/runner/task_launcher.h"
#include "lab/runner/task_services.h"
#include "net/http.h"
#include "net/loop.h"

namespace tributary::lab {

class TaskRunner final : public TaskLauncher {
 public:
  struct Lead {
    net::HostPort inside;   // of the task's network
    net::HostPort outside;  // of this machine
  };
  struct Options {
    Duration sample_interval = 1s;                     // as Docker refreshes its figures
    Duration stop_timeout = std::chrono::seconds(30);  // where a container names none
    std::map<std::string, std::string> environment;    // what every container's starts from
    std::vector<Lead> leads;                           // "127.0.0.1:9009", the hub
  };

  // All outlive the runner and its tasks.
  TaskRunner(net::Loop& loop, Random& random, Driver& driver, TaskServices& services,
             Options options, Logger log);

  std::unique_ptr<RunningTask> launch(TaskSpec task, std::function<void()> on_change) override;

 private:
  net::Loop& loop_;
  Random& random_;
  Driver& driver_;
  TaskServices& services_;
  Options options_;
  Logger log_;
};

}  // namespace tributary::lab
