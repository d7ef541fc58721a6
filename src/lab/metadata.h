// The documents of the ECS task metadata endpoint, version 4 (collector-spec 1.2, 1.6).
//
// Pure: states and figures in, JSON out. The spellings are those of the ECS agent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/process_stats.h"
#include "lab/task.h"

namespace tributary::lab {

// Two consecutive readings of a container; `before` is absent until there were two.
struct Readings {
  std::optional<ProcessStats> before;
  std::optional<ProcessStats> now;
};

std::string task_json(const TaskSpec& spec, const TaskState& state);
std::string container_json(const TaskSpec& spec, const TaskState& state, std::size_t index);
// Keyed by DockerId; null for a container that does not run.
std::string task_stats_json(const TaskSpec& spec, const TaskState& state,
                            const std::vector<Readings>& readings, std::uint64_t machine_memory);
std::string container_stats_json(const TaskSpec& spec, const TaskState& state,
                                 const std::vector<Readings>& readings, std::size_t index,
                                 std::uint64_t machine_memory);

}  // namespace tributary::lab
