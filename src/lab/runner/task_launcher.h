// Runs tasks: what the ECS scheduler knows of them.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lab/task/task.h"
#include "net/task.h"

namespace tributary::lab {

// A task from PENDING to STOPPED. Must be awaited by `close` before it goes.
class RunningTask {
 public:
  virtual ~RunningTask() = default;

  virtual const TaskSpec& spec() const = 0;
  virtual const TaskState& state() const = 0;
  virtual void stop(std::string stop_code, std::string reason) = 0;  // nothing when stopping
  virtual net::Task<void> close() = 0;  // stops it, and waits until nothing of it is left
};

class TaskLauncher {
 public:
  virtual ~TaskLauncher() = default;

  // Starts at once; what goes wrong shows in the state. `on_change` is called after each change of
  // the state, never within this call.
  virtual std::unique_ptr<RunningTask> launch(TaskSpec task, std::function<void()> on_change) = 0;
};

}  // namespace tributary::lab
