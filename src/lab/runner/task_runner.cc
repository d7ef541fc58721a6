#include "lab/runner/task_runner.h"

#include "lab/runner/task_run.h"

namespace tributary::lab {

TaskRunner::TaskRunner(net::Loop& loop, Random& random, Driver& driver, TaskServices& services,
                       Options options, Logger log)
    : loop_(loop),
      random_(random),
      driver_(driver),
      services_(services),
      options_(std::move(options)),
      log_(std::move(log)) {}

std::unique_ptr<RunningTask> TaskRunner::launch(TaskSpec task, std::function<void()> on_change) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < task.definition.containers.size(); ++i)
    ids.push_back(task.id + "-" + random_string(random_, 10, "0123456789"));
  Logger log = log_.with({{"task", task.id}});
  return std::make_unique<TaskRun>(
      TaskRun::Context{loop_, driver_, services_, options_, std::move(log)}, std::move(task),
      std::move(ids), std::move(on_change));
}

}  // namespace tributary::lab
