#include <algorithm>
#include <set>
#include <utility>

#include "base/duration.h"
#include "lab/client/commands.h"
#include "lab/client/waiting.h"

namespace tributary::lab::client {
namespace {

// ARNs of the service's tasks that have not stopped yet. A service that is gone lists none.
net::Task<Result<std::set<std::string>>> remaining_tasks(Session& session, Place place,
                                                         std::set<std::string> known) {
  for (const char* desired : {"RUNNING", "STOPPED"}) {
    EcsClient::TaskFilter filter{place.cluster, place.project, desired};
    const auto tasks = co_await session.ecs.tasks(std::move(filter));
    if (!tasks && tasks.error().code() != Code::invalid_argument) co_return tasks.error();
    if (!tasks) continue;
    for (const TaskView& task : *tasks) known.insert(task.arn);
  }
  std::vector<std::string> arns(known.begin(), known.end());
  auto tasks = co_await session.ecs.describe_tasks(place.cluster, std::move(arns));
  if (!tasks) co_return tasks.error();
  std::set<std::string> remaining;
  for (const TaskView& task : *tasks)
    if (task.status != "STOPPED") remaining.insert(task.arn);
  co_return remaining;
}

net::Task<Result<void>> wait_until_gone(Session& session, Place place, std::set<std::string> tasks,
                                        Duration timeout) {
  std::size_t count = tasks.size() + 1;
  Instant changed = session.loop.clock().monotonic();
  while (true) {
    auto remaining = co_await remaining_tasks(session, place, std::move(tasks));
    if (!remaining) co_return remaining.error();
    tasks = *std::move(remaining);
    if (tasks.size() != count) {
      count = tasks.size();
      changed = session.loop.clock().monotonic();
      session.out.info("Service status", {{"desiredCount", "0"},
                                          {"runningCount", std::to_string(count)},
                                          {"serviceName", place.project}});
    }
    const auto service = co_await session.ecs.service(place.cluster, place.project);
    if (!service) co_return service.error();
    const bool gone = !*service || (*service)->status == "INACTIVE";
    if (gone && tasks.empty()) co_return Result<void>();
    if (session.loop.clock().monotonic() - changed >= timeout)
      co_return Error(Code::timeout, "the service " + place.project +
                                         " is not gone: " + std::to_string(count) +
                                         " tasks have not stopped, and that has not changed for " +
                                         go_duration(timeout));
    const bool slept = co_await net::sleep_for(session.loop, kPollInterval, session.stop);
    if (!slept) co_return Error(Code::cancelled, "stopped while waiting; the tasks go on stopping");
  }
}

net::Task<Result<void>> deregister(Session& session, std::string family) {
  auto arns = co_await session.ecs.revisions(std::move(family));
  if (!arns) co_return arns.error();
  for (const std::string& arn : *arns) {
    std::string body = JsonObject().text("taskDefinition", arn).take();
    const auto done = co_await session.ecs.call("DeregisterTaskDefinition", std::move(body));
    if (!done) co_return done.error();
    session.out.info("Deregistered the task definition", {{"TaskDefinition", after_slash(arn)}});
  }
  co_return Result<void>();
}

}  // namespace

net::Task<Result<void>> down(Session& session, DownOptions options) {
  Place& place = options.place;
  auto cluster = co_await session.ecs.choose_cluster(place.cluster);
  if (!cluster) co_return cluster.error();
  place.cluster = *cluster;
  auto service = co_await session.ecs.service(place.cluster, place.project);
  if (!service && !is_refusal(service.error(), "ClusterNotFoundException"))
    co_return service.error();
  if (!service || !*service || (*service)->status == "INACTIVE") {
    session.out.info("ECS Service is already deleted", {{"serviceName", place.project}});
    co_return co_await deregister(session, place.project);
  }

  auto tasks = co_await remaining_tasks(session, place, {});
  if (!tasks) co_return tasks.error();
  if ((*service)->is_active()) {
    std::string body = JsonObject()
                           .text("cluster", place.cluster)
                           .text("service", place.project)
                           .json("force", "true")
                           .take();
    auto deleted = co_await session.ecs.call("DeleteService", std::move(body));
    if (!deleted) co_return deleted.error();
    session.out.info("Deleted ECS service", {{"service", place.project}});
  }
  if (options.timeout > Duration{}) {
    std::set<std::string> known = *std::move(tasks);
    auto gone = co_await wait_until_gone(session, place, std::move(known), options.timeout);
    if (!gone) co_return gone.error();
    session.out.info(
        "ECS Service has reached a stable state",
        {{"desiredCount", "0"}, {"runningCount", "0"}, {"serviceName", place.project}});
  }
  co_return co_await deregister(session, place.project);
}

}  // namespace tributary::lab::client
