// Keeps services at their desired count: starts and stops tasks, brings new deployments in, waits
// longer and longer where tasks do not stay up, gives a deployment up where its circuit breaker
// says so, and tells of all of it in ECS' words.
//
// Threads: the Loop's. Does nothing by itself but for timers of services.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "lab/ecs/service.h"
#include "lab/ecs/task_table.h"

namespace tributary::lab::ecs {

class Scheduler {
 public:
  struct Options {
    Duration settle = 5s;            // how long a task must run to count as healthy
    Duration proven = 10s;           // one that ended earlier did not stay up
    Duration backoff_first = 1s;     // doubled with each task that did not stay up
    Duration backoff_max = 60s;      // ECS waits up to 15 minutes; this is somebody's desk
    std::uint32_t unable_after = 3;  // such tasks in a row before it is told
  };
  // Looks at the service again, when its timer has run out.
  using Wake = std::function<void(Place place, std::string cluster, std::string service)>;

  // All outlive it.
  Scheduler(net::Loop& loop, TaskTable& tasks, Random& random, Options options, Wake wake,
            Logger log);

  // Brings the service nearer to what it should be; to be called after whatever changed it.
  void reconcile(Service& service);

  // A task of the service has ended. Before `reconcile`.
  void note_end(Service& service, const TaskRecord& task);

  // Becomes the primary deployment. Failures of the one before are forgotten.
  Deployment& deploy(Service& service, DefinitionRegistry::Definition definition,
                     std::string platform_version,
                     std::optional<NetworkConfigurationDocument> network);

  void cancel_timer(Service& service);

 private:
  struct View;

  void tell(Service& service, std::string message);
  View look_at(Service& service);
  void stop_unhealthy(Service& service, View& view);
  void stop_tasks(Service& service, const std::vector<TaskRecord*>& tasks);
  void start_tasks(Service& service, std::size_t count);
  void drop_old_deployments(Service& service, const View& view);
  void check_steady(Service& service, const View& view);
  void check_circuit_breaker(Service& service);
  void wake_after(Service& service, Duration delay);
  TaskRequest request_for(const Service& service) const;

  net::Loop& loop_;
  TaskTable& tasks_;
  Random& random_;
  Options options_;
  Wake wake_;
  Logger log_;
};

// "(service web)"
std::string in_brackets(const Service& service);

// Of a task: HEALTHY, UNHEALTHY or UNKNOWN by the essential containers that have a health check.
Health task_health(const TaskDefinition& definition, const TaskState& state);

// As ECS shows it in aws:ecs:... and in a task's tags.
std::map<std::string, std::string> managed_tags(std::string_view cluster, std::string_view service);

}  // namespace tributary::lab::ecs
