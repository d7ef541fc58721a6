// What ECS keeps and does, apart from its API: clusters, task definitions, services and tasks of
// any number of accounts and regions. All of it lives in memory; tasks end with the lab.
//
// Threads: the Loop's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "lab/ecs/definition_registry.h"
#include "lab/ecs/run_tokens.h"
#include "lab/ecs/scheduler.h"
#include "lab/ecs/service.h"
#include "lab/ecs/task_table.h"
#include "lab/runner/task_launcher.h"
#include "net/loop.h"

namespace tributary::lab::ecs {

struct Cluster {
  Place place;
  std::string name;
  bool active = true;
  std::optional<Timestamp> deleted_at;
  std::map<std::string, std::string> tags;
  bool container_insights = false;
  std::map<std::string, std::unique_ptr<Service>, std::less<>> services;  // by name

  std::string arn() const { return place.arn("cluster/" + name); }
};

// How many tasks there are of a cluster or a service.
struct TaskCounts {
  std::uint32_t running = 0;
  std::uint32_t pending = 0;
};

class ControlPlane {
 public:
  static constexpr std::size_t kClustersMax = 1'000;  // of one account and region
  static constexpr std::size_t kServicesMax = 1'000;  // of one cluster
  static constexpr Duration kDeletedKept = 1h;        // clusters and services stay describable

  struct Options {
    TaskTable::Options tasks;
    Scheduler::Options scheduler;
  };

  // All outlive it. Await `close` before it goes.
  ControlPlane(net::Loop& loop, TaskLauncher& launcher, Random& random, Options options,
               Logger log);
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  DefinitionRegistry& definitions() { return definitions_; }
  TaskTable& tasks() { return tasks_; }
  Scheduler& scheduler() { return scheduler_; }
  RunTokens& run_tokens() { return run_tokens_; }
  Timestamp now() const { return loop_.clock().now(); }

  // The one of that name, made where there is none. Errors: limit_exceeded.
  Result<Cluster*> create_cluster(const Place& place, const std::string& name);
  // By name, ARN or "" for "default"; a deleted one, too. Null where there is none.
  Cluster* find_cluster(const Place& place, std::string_view name);
  std::vector<Cluster*> clusters(const Place& place);

  // By name or ARN; one that is gone, too.
  Service* find_service(Cluster& cluster, std::string_view name);
  Service& add_service(Cluster& cluster, Service service);
  // Stops its tasks; gone when they are.
  void delete_service(Service& service);

  TaskRecord* find_task(const Cluster& cluster, std::string_view id_or_arn);
  TaskCounts count_tasks(const Cluster& cluster);
  TaskCounts count_tasks(const Service& service, std::string_view deployment = {});

  net::Task<void> close();

 private:
  void cancel_timers();
  void forget_deleted(const Place& place);

  net::Loop& loop_;
  DefinitionRegistry definitions_;
  RunTokens run_tokens_;
  TaskTable tasks_;
  Scheduler scheduler_;
  std::map<Place, std::map<std::string, Cluster, std::less<>>> clusters_;
};

}  // namespace tributary::lab::ecs
