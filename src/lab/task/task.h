// A task as ECS knows it: a task definition, and one run of it. Names and meanings are those of the
// ECS API's TaskDefinition, ContainerDefinition, Task and Container.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace tributary::lab {

struct PortMapping {
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;  // at the task's own address of this machine; 0: not published
  std::string protocol = "tcp";
};

enum class StartCondition : std::uint8_t { start, complete, success, healthy };

struct Dependency {
  std::string container;
  StartCondition condition = StartCondition::start;
};

struct HealthCheck {
  std::vector<std::string> command;  // "CMD" and words, or "CMD-SHELL" and a line
  Duration interval = std::chrono::seconds(30);
  Duration timeout = std::chrono::seconds(5);
  std::uint32_t retries = 3;
  Duration start_period{};
};

struct LogConfiguration {
  std::string driver;  // "awslogs"
  std::map<std::string, std::string> options;
};

struct MountPoint {
  std::string volume;
  std::string container_path;
  bool read_only = false;
};

struct Volume {
  std::string name;
  std::string host_path;  // "": made for the task, and gone with it
};

struct Tmpfs {
  std::string container_path;
  std::uint64_t size_mib = 0;
  std::vector<std::string> mount_options;
};

struct ContainerDefinition {
  std::string name;
  std::string image;
  std::vector<std::string> entry_point;  // empty: the image's
  std::vector<std::string> command;      // empty: the image's
  std::map<std::string, std::string> environment;
  std::vector<PortMapping> port_mappings;
  std::vector<Dependency> depends_on;
  std::optional<LogConfiguration> log_configuration;
  std::optional<HealthCheck> health_check;
  std::string user;               // "uid", "uid:gid" or names; "": the image's
  std::string working_directory;  // "": the image's
  bool readonly_root_filesystem = false;
  std::vector<Tmpfs> tmpfs;
  std::vector<MountPoint> mount_points;
  std::map<std::string, std::string> docker_labels;
  std::uint32_t cpu_units = 0;               // of 1024 per core; 0 = none
  std::uint64_t memory_mib = 0;              // hard limit; 0 = none
  std::uint64_t memory_reservation_mib = 0;  // soft limit; 0 = none
  bool essential = true;                     // its end stops the task
  std::optional<Duration> stop_timeout;      // from SIGTERM to SIGKILL; ECS' default is 30 s
};

struct TaskDefinition {
  std::string family;
  std::uint32_t revision = 0;  // 0: not registered yet
  std::string task_role_arn;
  std::string execution_role_arn;
  std::string network_mode = "awsvpc";
  std::uint32_t cpu_units = 0;                        // of the task; 0 = none
  std::uint64_t memory_mib = 0;                       // of the task; 0 = none
  std::vector<std::string> requires_compatibilities;  // "FARGATE", "EC2"
  std::vector<ContainerDefinition> containers;
  std::vector<Volume> volumes;
  std::map<std::string, std::string> tags;
};

// One run of a task definition, before anything has happened.
struct TaskSpec {
  std::string id;       // 32 hexadecimal digits
  std::string account;  // 12 digits
  std::string region;
  std::string cluster;  // name
  std::string service;  // name; "" for a task without one
  std::string launch_type = "FARGATE";
  TaskDefinition definition;
  std::map<std::string, std::string> tags;

  std::string arn() const {
    return "arn:aws:ecs:" + region + ":" + account + ":task/" + cluster + "/" + id;
  }
  std::string cluster_arn() const {
    return "arn:aws:ecs:" + region + ":" + account + ":cluster/" + cluster;
  }
};

// In the order that a container and a task go through them; a task's known status is the least
// advanced of its containers' until it stops.
enum class Status : std::uint8_t { none, pending, pulled, created, running, stopping, stopped };

enum class Health : std::uint8_t { unknown, healthy, unhealthy };

struct ContainerState {
  std::string docker_id;
  std::string image_digest;  // of the manifest, "sha256:..."; "" where unknown
  std::string image_id;      // of the configuration, "sha256:..."; "" where unknown
  Status status = Status::none;
  Health health = Health::unknown;
  std::optional<Timestamp> health_since;
  int health_exit_code = 0;  // of the last check
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<int> exit_code;
  std::string reason;  // why it failed to start or was killed: "OutOfMemoryError: ..."
};

struct TaskState {
  Status desired = Status::running;
  Status known = Status::pending;
  Timestamp created_at;
  std::string address;  // of its network, "127.64.0.1"; "" before it has one
  std::optional<Timestamp> pull_started_at;
  std::optional<Timestamp> pull_stopped_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> stopping_at;
  std::optional<Timestamp> stopped_at;
  std::optional<Timestamp> execution_stopped_at;
  std::string stop_code;       // "EssentialContainerExited", "TaskFailedToStart", "UserInitiated",
                               // "ServiceSchedulerInitiated"
  std::string stopped_reason;  // "Essential container in task exited"
  std::vector<ContainerState> containers;  // as in the definition's order
};

}  // namespace tributary::lab
