// What ECS does for a task with its roles, by the hub's identities and the lab's own registry and
// log groups.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/random.h"
#include "lab/api/authority.h"
#include "lab/api/hub_client.h"
#include "lab/logs/log_store.h"
#include "lab/registry/registry.h"
#include "lab/runner/task_services.h"
#include "net/loop.h"

namespace tributary::lab {

class HubTaskServices final : public TaskServices {
 public:
  static constexpr std::chrono::seconds kTaskSession{21'600};    // as ECS'
  static constexpr std::chrono::seconds kExecutionSession{900};  // to pull and to open logs

  // All outlive it and the tasks.
  struct Parts {
    net::Loop& loop;
    Random& random;
    HubClient& hub;
    Authority& authority;
    logs::LogStore& logs;
    registry::Registry& registry;
    Logger log;
  };

  explicit HubTaskServices(Parts parts) : parts_(std::move(parts)) {}

  net::Task<Result<std::unique_ptr<TaskRole>>> assume_task_role(TaskSpec task) override;
  net::Task<Result<std::optional<RegistryLogin>>> login_for(TaskSpec task,
                                                            std::string image) override;
  net::Task<Result<std::unique_ptr<logs::StreamWriter>>> open_log(
      TaskSpec task, ContainerDefinition container) override;

 private:
  // A session of the execution role as a caller; nothing for a task without one.
  net::Task<Result<std::optional<Caller>>> execution_caller(TaskSpec task);
  // Nothing to ask is allowed.
  net::Task<Result<void>> check(std::optional<Question> question);

  Parts parts_;
};

}  // namespace tributary::lab
