// The commands of an ECS CLI for one project: its compose files are one service of one task
// definition, as with `ecs-cli compose service`.
//
// Threads: the Loop's. The session outlives every command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "lab/client/ecs_client.h"
#include "lab/compose/project.h"
#include "net/task.h"

namespace tributary::lab::client {

struct Place {
  std::string cluster;  // "": see EcsClient::choose_cluster
  std::string project;  // the service's and the family's name
};

// For how long the running count may stay as it is before waiting ends; 0: no waiting.
inline constexpr Duration kTimeout = 5min;
// Tasks that stop by themselves until `up` says that the service does not become steady.
inline constexpr std::size_t kStoppedTasksMax = 3;

struct UpOptions {
  Place place;
  compose::Project project;
  std::string launch_type;  // "": FARGATE where the task has a size, else EC2
  bool create_log_groups = false;
  bool force_deployment = false;
  std::optional<std::int64_t> desired_count;  // nothing: 1, or what a service has already
  Duration timeout = kTimeout;
};

// Registers the definition if it has changed, makes or updates the service, waits until it is
// steady; an error says why it is not, after its events, stopped tasks and their last lines.
net::Task<Result<void>> up(Session& session, UpOptions options);

struct ScaleOptions {
  Place place;
  std::int64_t count = 1;
  Duration timeout = kTimeout;
};
net::Task<Result<void>> scale(Session& session, ScaleOptions options);

struct DownOptions {
  Place place;
  Duration timeout = kTimeout;
};

// Deletes the service, waits until its tasks are gone, deregisters the definition. Nothing to do is
// no error.
net::Task<Result<void>> down(Session& session, DownOptions options);

struct ListOptions {
  Place place;                 // project "": every task of the cluster
  std::string desired_status;  // "RUNNING", "STOPPED", "": both
};

// The ECS CLI's table of containers.
net::Task<Result<void>> ps(Session& session, ListOptions options);

struct LogOptions {
  Place place;
  std::string container;  // "": all, with their names in front
  std::string task_id;    // "": all
  std::string filter_pattern;
  std::optional<std::int64_t> start_ms;
  std::optional<std::int64_t> end_ms;
  bool timestamps = false;
  bool follow = false;  // until stopped
};

net::Task<Result<void>> logs(Session& session, LogOptions options);

}  // namespace tributary::lab::client
