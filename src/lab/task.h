// A task as ECS knows it: containers that share a network, a role and limits. In the lab a
// container is a process of this machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tributary::lab {

enum class ContainerStatus : std::uint8_t { created, running, stopped };

struct ContainerSpec {
  std::string name;
  std::string image;                 // shown in the metadata; the program below is what runs
  std::vector<std::string> command;  // argv, the program first
  std::map<std::string, std::string> environment;
  double cpu_units = 0;          // of 1024 per core; 0 = none
  std::uint64_t memory_mib = 0;  // 0 = none
  bool essential = true;         // its end stops the task
};

struct TaskSpec {
  std::string task_id;  // 32 hexadecimal digits
  std::string account;  // 12 digits
  std::string region;
  std::string cluster;
  std::string family;
  std::string revision = "1";
  std::string service;
  std::string task_role_arn;
  double cpu = 0;                                    // vCPU of the task; 0 = none
  std::uint64_t memory_mib = 0;                      // of the task; 0 = none
  Duration stop_timeout = std::chrono::seconds(30);  // from SIGTERM to SIGKILL, as ECS
  std::vector<ContainerSpec> containers;

  std::string task_arn() const {
    return "arn:aws:ecs:" + region + ":" + account + ":task/" + cluster + "/" + task_id;
  }
};

// What became of a container.
struct ContainerState {
  std::string docker_id;
  ContainerStatus status = ContainerStatus::created;
  Timestamp created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<int> exit_code;
};

struct TaskState {
  Timestamp pull_started_at;
  Timestamp pull_stopped_at;
  std::vector<ContainerState> containers;  // as in the spec's order
};

}  // namespace tributary::lab
