#include "lab/ecs/scheduler.h"

#include <algorithm>
#include <cmath>

#include "lab/ecs/service_plan.h"

namespace tributary::lab::ecs {
namespace {

constexpr const char* kSchedulerStop = "ServiceSchedulerInitiated";
constexpr const char* kFailedHealthChecks = "Task failed container health checks";
constexpr Duration kNoRoomRetry = std::chrono::seconds(10);

std::string brackets_of(const TaskRecord& task) { return "(task " + task.id + ")"; }
std::string brackets_of(const Deployment& deployment) {
  return "(deployment " + deployment.id + ")";
}

std::string list_of(const std::vector<TaskRecord*>& tasks) {
  std::string text;
  for (const TaskRecord* task : tasks) text += (text.empty() ? "" : " ") + brackets_of(*task);
  return text;
}

// Ended by itself, and not because somebody wanted it to.
bool ended_by_itself(const TaskState& state) {
  return state.stop_code == "EssentialContainerExited" || state.stop_code == "TaskFailedToStart" ||
         state.stopped_reason == kFailedHealthChecks;
}

}  // namespace

std::string_view to_string(Rollout rollout) {
  switch (rollout) {
    case Rollout::in_progress: return "IN_PROGRESS";
    case Rollout::completed: return "COMPLETED";
    case Rollout::failed: return "FAILED";
  }
  return "";
}

std::string_view to_string(ServiceStatus status) {
  switch (status) {
    case ServiceStatus::active: return "ACTIVE";
    case ServiceStatus::draining: return "DRAINING";
    case ServiceStatus::inactive: return "INACTIVE";
  }
  return "";
}

std::string in_brackets(const Service& service) { return "(service " + service.name + ")"; }

Health task_health(const TaskDefinition& definition, const TaskState& state) {
  Health health = Health::unknown;
  for (std::size_t i = 0; i < definition.containers.size() && i < state.containers.size(); ++i) {
    if (!definition.containers[i].essential || !definition.containers[i].health_check) continue;
    const Health one = state.containers[i].health;
    if (one == Health::unhealthy) return Health::unhealthy;
    if (one == Health::unknown) return Health::unknown;
    health = Health::healthy;
  }
  return health;
}

std::map<std::string, std::string> managed_tags(std::string_view cluster,
                                                std::string_view service) {
  std::map<std::string, std::string> tags = {{"aws:ecs:clusterName", std::string(cluster)}};
  if (!service.empty()) tags["aws:ecs:serviceName"] = service;
  return tags;
}

// The tasks of a service that have not stopped, oldest first, and what they are.
struct Scheduler::View {
  std::vector<TaskRecord*> tasks;     // not being stopped
  std::vector<TaskRecord*> stopping;  // being stopped
  ServiceView shape;                  // of `tasks`
  std::vector<TaskRecord*> unhealthy;
  Duration until_settled{};  // of the one that takes longest
};

Scheduler::Scheduler(net::Loop& loop, TaskTable& tasks, Random& random, Options options, Wake wake,
                     Logger log)
    : loop_(loop),
      tasks_(tasks),
      random_(random),
      options_(options),
      wake_(std::move(wake)),
      log_(std::move(log)) {}

void Scheduler::tell(Service& service, std::string message) {
  message = in_brackets(service) + " " + message;
  log_.info(message, {{"cluster", service.cluster}, {"account", service.place.account}});
  service.events.push_front({random_uuid(random_), loop_.clock().now(), std::move(message)});
  if (service.events.size() > Service::kEventsMax) service.events.pop_back();
}

Deployment& Scheduler::deploy(Service& service, DefinitionRegistry::Definition definition,
                              std::string platform_version,
                              std::optional<NetworkConfigurationDocument> network) {
  const Timestamp now = loop_.clock().now();
  Deployment deployment{.id = "ecs-svc/" + random_string(random_, 19, "0123456789"),
                        .definition = std::move(definition),
                        .platform_version = std::move(platform_version),
                        .network = std::move(network),
                        .created_at = now,
                        .updated_at = now};
  deployment.rollout_reason = "ECS deployment " + deployment.id + " in progress.";
  service.deployments.insert(service.deployments.begin(), std::move(deployment));
  service.steady = false;
  service.failures = 0;
  service.not_before.reset();
  return service.primary();
}

Scheduler::View Scheduler::look_at(Service& service) {
  View view;
  const Timestamp now = loop_.clock().now();
  for (TaskRecord* task : tasks_.list(service.place, service.cluster)) {
    if (task->request.service != service.name || task->stopped()) continue;
    if (!task->wanted()) {
      view.stopping.push_back(task);
      continue;
    }
    const TaskState& state = task->state();
    const Health health = task_health(task->request.effective, state);
    const bool running = state.known == Status::running;
    Duration settling = options_.settle;
    if (running && state.started_at)
      settling = std::clamp<Duration>(options_.settle - (now - *state.started_at), Duration::zero(),
                                      options_.settle);
    if (running) view.until_settled = std::max(view.until_settled, settling);
    if (health == Health::unhealthy) view.unhealthy.push_back(task);
    const bool checked = std::ranges::any_of(
        task->request.effective.containers,
        [](const ContainerDefinition& one) { return one.essential && one.health_check; });
    const bool primary = task->request.deployment == service.primary().id;
    const bool proven = settling <= Duration::zero() && (health == Health::healthy || !checked);
    // What an older deployment has running is not given up before the new one has proven itself.
    view.shape.tasks.push_back(
        {.primary = primary, .running = running, .healthy = running && (proven || !primary)});
    view.tasks.push_back(task);
  }
  view.shape.desired = service.status == ServiceStatus::active ? service.desired_count : 0;
  view.shape.minimum_healthy_percent = service.deployment_configuration.minimum_healthy_percent;
  view.shape.maximum_percent = service.deployment_configuration.maximum_percent;
  view.shape.primary_failed =
      service.status == ServiceStatus::active && service.primary().rollout == Rollout::failed;
  view.shape.stopping = view.stopping.size();
  return view;
}

void Scheduler::reconcile(Service& service) {
  if (service.status == ServiceStatus::inactive) return;
  View view = look_at(service);
  if (!view.unhealthy.empty()) {
    stop_unhealthy(service, view);
    view = look_at(service);
  }
  const ServicePlan plan = plan_service(view.shape);
  std::vector<TaskRecord*> stopped;
  for (const std::size_t i : plan.stop) stopped.push_back(view.tasks[i]);
  stop_tasks(service, stopped);
  if (plan.start > 0) start_tasks(service, plan.start);
  view = look_at(service);
  drop_old_deployments(service, view);
  if (service.status == ServiceStatus::draining && view.tasks.empty() && view.stopping.empty()) {
    service.status = ServiceStatus::inactive;
    cancel_timer(service);
    return;
  }
  check_steady(service, view);
}

void Scheduler::stop_unhealthy(Service& service, View& view) {
  for (TaskRecord* task : view.unhealthy) {
    tell(service, brackets_of(*task) + " failed container health checks.");
    tasks_.stop(*task, kSchedulerStop, kFailedHealthChecks);
  }
}

void Scheduler::stop_tasks(Service& service, const std::vector<TaskRecord*>& tasks) {
  if (tasks.empty()) return;
  for (TaskRecord* task : tasks)
    tasks_.stop(*task, kSchedulerStop,
                "Scaling activity initiated by (deployment " + task->request.deployment + ")");
  tell(service,
       "has stopped " + std::to_string(tasks.size()) + " running tasks: " + list_of(tasks) + ".");
}

TaskRequest Scheduler::request_for(const Service& service) const {
  const Deployment& deployment = service.primary();
  TaskRequest request{.place = service.place,
                      .cluster = service.cluster,
                      .definition = deployment.definition,
                      .effective = deployment.definition->definition,
                      .launch_type = service.launch_type,
                      .platform_version = deployment.platform_version,
                      .network = deployment.network,
                      .group = "service:" + service.name,
                      .started_by = deployment.id,
                      .service = service.name,
                      .deployment = deployment.id};
  if (service.propagate_tags == PropagateTags::service) request.tags = service.tags;
  if (service.propagate_tags == PropagateTags::task_definition)
    request.tags = deployment.definition->tags;
  if (service.managed_tags) request.tags.merge(managed_tags(service.cluster, service.name));
  return request;
}

void Scheduler::start_tasks(Service& service, std::size_t count) {
  const Instant now = loop_.clock().monotonic();
  if (service.not_before && *service.not_before > now) {
    wake_after(service, *service.not_before - now);
    return;
  }
  service.not_before.reset();
  // While tasks do not stay up, one at a time finds out whether they do again.
  if (service.failures > 0) count = 1;
  std::vector<TaskRecord*> started;
  std::string refused;
  while (started.size() < count && refused.empty()) {
    Result<TaskRecord*> task = tasks_.launch(request_for(service));
    if (task) {
      started.push_back(*task);
    } else {
      refused = task.error().message();
    }
  }
  if (!started.empty())
    tell(service,
         "has started " + std::to_string(started.size()) + " tasks: " + list_of(started) + ".");
  if (refused.empty()) return;
  tell(service, "was unable to place a task. Reason: Capacity is unavailable at this time: " +
                    refused + ".");
  service.not_before = now + kNoRoomRetry;
  wake_after(service, kNoRoomRetry);
}

void Scheduler::note_end(Service& service, const TaskRecord& task) {
  const TaskState& state = task.state();
  if (service.status != ServiceStatus::active || !ended_by_itself(state)) return;
  const Timestamp end = state.stopped_at.value_or(loop_.clock().now());
  const bool stayed_up = state.started_at && end - *state.started_at >= options_.proven &&
                         state.stopped_reason != kFailedHealthChecks;
  if (stayed_up) {
    service.failures = 0;
    return;
  }
  ++service.failures;
  if (state.stop_code == "TaskFailedToStart")
    tell(service, "was unable to place a task. Reason: " + state.stopped_reason);
  if (service.failures == options_.unable_after)
    tell(service,
         "is unable to consistently start tasks successfully. For more information, see the "
         "Troubleshooting section of the Amazon ECS Developer Guide. Last " +
             brackets_of(task) + ": " + state.stopped_reason);
  const double waits = std::exp2(std::min<std::uint32_t>(service.failures - 1, 30));
  const auto backoff =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::nano>(
          static_cast<double>(options_.backoff_first.count()) * waits));
  service.not_before = loop_.clock().monotonic() + std::min(backoff, options_.backoff_max);
  if (task.request.deployment != service.primary().id ||
      service.primary().rollout != Rollout::in_progress)
    return;
  ++service.primary().failed_tasks;
  service.primary().updated_at = loop_.clock().now();
  check_circuit_breaker(service);
}

// The threshold is half of the desired count, at least 3 and at most 200.
void Scheduler::check_circuit_breaker(Service& service) {
  const auto& breaker = service.deployment_configuration.circuit_breaker;
  const std::uint32_t threshold =
      std::clamp<std::uint32_t>((service.desired_count + 1) / 2, 3, 200);
  Deployment& failed = service.primary();
  if (!breaker || !breaker->enable || failed.failed_tasks < threshold) return;
  failed.rollout = Rollout::failed;
  failed.rollout_reason = "ECS deployment circuit breaker: tasks failed to start.";
  tell(service, brackets_of(failed) + " deployment failed: tasks failed to start.");
  if (!breaker->rollback || !service.last_completed) return;
  const Deployment back = *service.last_completed;
  tell(service, "rolling back to " + brackets_of(back) + ".");
  deploy(service, back.definition, back.platform_version, back.network).rollout_reason =
      "ECS deployment circuit breaker: rolling back to deploymentId " + back.id + ".";
}

void Scheduler::drop_old_deployments(Service& service, const View& view) {
  const auto gone = [&view](const Deployment& deployment) {
    const auto of_it = [&deployment](const TaskRecord* task) {
      return task->request.deployment == deployment.id;
    };
    return std::ranges::none_of(view.tasks, of_it) && std::ranges::none_of(view.stopping, of_it);
  };
  // One that failed is dropped by its successor alone, which it may not have.
  for (std::size_t i = service.deployments.size(); i-- > 1;)
    if (gone(service.deployments[i]))
      service.deployments.erase(service.deployments.begin() + static_cast<std::ptrdiff_t>(i));
}

void Scheduler::check_steady(Service& service, const View& view) {
  const bool reached =
      service.status == ServiceStatus::active && service.deployments.size() == 1 &&
      service.primary().rollout != Rollout::failed && view.stopping.empty() &&
      view.tasks.size() == service.desired_count &&
      std::ranges::all_of(view.shape.tasks, [](const TaskView& task) { return task.healthy; });
  if (!reached) {
    service.steady = false;
    if (view.until_settled > Duration::zero() && !service.timer)
      wake_after(service, view.until_settled);
    return;
  }
  if (service.steady) return;
  service.steady = true;
  service.failures = 0;
  Deployment& primary = service.primary();
  if (primary.rollout == Rollout::in_progress) {
    primary.rollout = Rollout::completed;
    primary.rollout_reason = "ECS deployment " + primary.id + " completed.";
    primary.failed_tasks = 0;
    primary.updated_at = loop_.clock().now();
    tell(service, brackets_of(primary) + " deployment completed.");
  }
  service.last_completed = primary;
  tell(service, "has reached a steady state.");
}

void Scheduler::wake_after(Service& service, Duration delay) {
  cancel_timer(service);
  service.timer = loop_.call_at(loop_.clock().monotonic() + delay,
                                [wake = wake_, place = service.place, cluster = service.cluster,
                                 name = service.name] { wake(place, cluster, name); });
}

void Scheduler::cancel_timer(Service& service) {
  if (service.timer) loop_.cancel(*service.timer);
  service.timer.reset();
}

}  // namespace tributary::lab::ecs
