// What ECS does for a task in the name of its roles before a container starts: the task role's
// sessions, logins to registries, log streams.
//
// Threads: the Loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "lab/driver/driver.h"
#include "lab/logs/log_store.h"
#include "lab/task/task.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::lab {

// The task role's sessions, renewed before they expire, behind the credentials endpoint.
class TaskRole {
 public:
  virtual ~TaskRole() = default;
  virtual const std::string& id() const = 0;  // of /v2/credentials/<id>
  virtual net::Response answer() const = 0;   // what the endpoint answers
  virtual net::Task<void> close() = 0;        // ends renewing
};

class TaskServices {
 public:
  virtual ~TaskServices() = default;

  // Null for a task without a role. Errors carry ECS' words.
  virtual net::Task<Result<std::unique_ptr<TaskRole>>> assume_task_role(TaskSpec task) = 0;
  // The execution role's login for the lab's own registry; nothing for other images.
  virtual net::Task<Result<std::optional<RegistryLogin>>> login_for(TaskSpec task,
                                                                    std::string image) = 0;
  // The stream of a container with the awslogs driver, checked against the execution role.
  virtual net::Task<Result<std::unique_ptr<logs::StreamWriter>>> open_log(
      TaskSpec task, ContainerDefinition container) = 0;
};

}  // namespace tributary::lab
