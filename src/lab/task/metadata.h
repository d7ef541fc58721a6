// The documents of the ECS task metadata endpoint, version 4, as the agent of Fargate gives them:
// names, units and what is left out when (collector-spec 1.2, 1.6; Docker's API: ContainerStats).
//
// Pure: a task's state and figures in, JSON out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/task/container_stats.h"
#include "lab/task/task.h"

namespace tributary::lab {

// Two consecutive readings of a container: rates are made of both. `before` is missing until there
// were two, both until there was one.
struct Readings {
  std::optional<ContainerStats> before;
  std::optional<ContainerStats> now;
};

// The least advanced status of the containers, a stopped one among running ones left out: what a
// task has come to.
Status least_advanced(const TaskState& state);

// A container's, the same whenever it is asked for: the API's and the endpoint's must agree.
std::string container_arn(const TaskSpec& spec, std::string_view container);

// "prefix/container/task", as the awslogs driver names a stream; "" without a prefix.
std::string log_stream_name(const TaskSpec& spec, const ContainerDefinition& container);

enum class Tags : std::uint8_t { left_out, shown };

// Containers are shown once their image is there.
std::string task_json(const TaskSpec& spec, const TaskState& state, Tags tags);
std::string container_json(const TaskSpec& spec, const TaskState& state, std::size_t index);

// Keyed by DockerId; null for a container that does not run or has not been read yet.
// `machine_memory` is the limit, in bytes, of a container and task that have none.
std::string task_stats_json(const TaskSpec& spec, const TaskState& state,
                            const std::vector<Readings>& readings, std::uint64_t machine_memory);
std::string container_stats_json(const TaskSpec& spec, const TaskState& state,
                                 const std::vector<Readings>& readings, std::size_t index,
                                 std::uint64_t machine_memory);

}  // namespace tributary::lab
