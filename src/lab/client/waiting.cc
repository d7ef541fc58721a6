#include "lab/client/waiting.h"

#include <set>
#include <utility>

#include "base/duration.h"
#include "lab/client/commands.h"

namespace tributary::lab::client {
namespace {

Console::Fields counts_of(const ServiceView& service) {
  return {{"desiredCount", std::to_string(service.desired)},
          {"runningCount", std::to_string(service.running)},
          {"serviceName", service.name}};
}

// Oldest first, each once.
void tell_events(const ServiceView& service, Timestamp since, std::set<std::string>& told,
                 Console& out) {
  for (auto event = service.events.rbegin(); event != service.events.rend(); ++event) {
    if (!told.insert(event->id).second) continue;
    if (event->created_at && *event->created_at < since) continue;
    out.info(event->message);
  }
}

std::string not_steady(const ServiceView& service) {
  return "the service " + service.name + " is not steady: " + std::to_string(service.running) +
         " of " + std::to_string(service.desired) + " tasks run";
}

// Says how far each task has come.
net::Task<void> tell_tasks(Session& session, std::string cluster, std::string service) {
  EcsClient::TaskFilter filter{std::move(cluster), std::move(service), "RUNNING"};
  const auto tasks = co_await session.ecs.tasks(std::move(filter));
  if (!tasks) co_return;
  for (const TaskView& task : *tasks)
    for (const ContainerView& container : task.containers)
      session.out.warn("Container", {{"container", container.name},
                                     {"health", container.health},
                                     {"status", container.status},
                                     {"task", task.id()}});
}

}  // namespace

net::Task<Result<void>> wait_until_steady(Session& session, WaitOptions options,
                                          StoppedTasks& stopped) {
  std::set<std::string> told;
  std::int64_t running = -1;
  Instant changed = session.loop.clock().monotonic();
  while (true) {
    auto found = co_await session.ecs.service(options.cluster, options.service);
    if (!found) co_return found.error();
    if (!*found) co_return Error(Code::not_found, "the service " + options.service + " is gone");
    const ServiceView& service = **found;
    tell_events(service, options.since, told, session.out);
    if (service.running != running) {
      running = service.running;
      changed = session.loop.clock().monotonic();
      session.out.info("Service status", counts_of(service));
    }
    if (service.is_steady()) {
      session.out.info("ECS Service has reached a stable state", counts_of(service));
      co_return Result<void>();
    }
    auto reported = co_await stopped.report();
    if (!reported) co_return reported.error();
    if (service.rollout_state == "FAILED")
      co_return Error(Code::unavailable, not_steady(service) + "; " + service.rollout_reason);
    if (stopped.failed() >= kStoppedTasksMax)
      co_return Error(Code::unavailable, not_steady(service) + ", and " +
                                             std::to_string(stopped.failed()) +
                                             " have stopped; ECS goes on trying until `down`");
    if (session.loop.clock().monotonic() - changed >= options.timeout) {
      co_await tell_tasks(session, options.cluster, options.service);
      co_return Error(Code::timeout, not_steady(service) + ", and that has not changed for " +
                                         go_duration(options.timeout));
    }
    const bool slept = co_await net::sleep_for(session.loop, kPollInterval, session.stop);
    if (!slept) co_return Error(Code::cancelled, "stopped while waiting; the service goes on");
  }
}

}  // namespace tributary::lab::client
