// Every task that runs, and for a while those that have stopped: launched, watched, counted and
// forgotten again.
//
// Threads: the Loop's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/ecs/definition_registry.h"
#include "lab/ecs/place.h"
#include "lab/ecs/settings_document.h"
#include "lab/runner/task_launcher.h"
#include "net/loop.h"

namespace tributary::lab::ecs {

// What a task is launched with.
struct TaskRequest {
  Place place;
  std::string cluster;  // name
  DefinitionRegistry::Definition definition;
  TaskDefinition effective;  // with the overrides applied
  TaskOverrideDocument overrides;
  std::string launch_type;
  std::string platform_version;  // "" for EC2
  std::optional<NetworkConfigurationDocument> network;
  std::string group;  // "family:x" or "service:x"
  std::string started_by;
  std::string service;     // name; "" for a task without one
  std::string deployment;  // "ecs-svc/..."; "" for a task without a service
  std::map<std::string, std::string> tags;
};

struct TaskRecord {
  TaskRequest request;
  std::string id;
  std::string attachment_id;
  std::uint64_t number = 0;  // in the order of their launch
  std::uint32_t version = 1;
  std::map<std::string, std::string> tags;
  std::unique_ptr<RunningTask> running;  // null once nothing of it is left
  TaskState ended;                       // then
  bool end_told = false;

  const TaskState& state() const { return running ? running->state() : ended; }
  bool stopped() const { return state().known == Status::stopped; }
  bool wanted() const { return state().desired != Status::stopped; }
  std::string arn() const { return request.place.arn("task/" + request.cluster + "/" + id); }
};

class TaskTable {
 public:
  struct Options {
    std::size_t running_max = 200;    // of all accounts: it is one machine
    std::size_t stopped_max = 2'000;  // the oldest are forgotten first
    Duration stopped_kept = 1h;
  };
  // After each change of a task, from the loop; `ended` is true once for each task.
  using Listener = std::function<void(TaskRecord&, bool ended)>;

  // All outlive it.
  TaskTable(net::Loop& loop, TaskLauncher& launcher, Random& random, Options options, Logger log);

  void set_listener(Listener listener) { listener_ = std::move(listener); }

  // Errors: limit_exceeded, unavailable (closing).
  Result<TaskRecord*> launch(TaskRequest request);
  void stop(TaskRecord& task, std::string code, std::string reason);

  // `cluster` is a name; null where there is none, or where it was forgotten.
  TaskRecord* find(const Place& place, std::string_view cluster, std::string_view id);

  // Those of a cluster, in the order of their launch.
  std::vector<TaskRecord*> list(const Place& place, std::string_view cluster);

  // Stops what runs and waits for it. Nothing is launched any more.
  net::Task<void> close();

 private:
  void changed(const std::string& id);
  net::Task<void> end(TaskRecord* task);
  void forget_old();

  net::Loop& loop_;
  TaskLauncher& launcher_;
  Random& random_;
  Options options_;
  Logger log_;
  Listener listener_;
  std::map<std::string, std::unique_ptr<TaskRecord>, std::less<>> tasks_;  // by id
  std::deque<std::string> stopped_;                                        // ids, oldest first
  std::size_t running_ = 0;
  std::uint64_t launched_ = 0;
  bool closing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for work that was posted
  net::Gate gate_;
};

}  // namespace tributary::lab::ecs
