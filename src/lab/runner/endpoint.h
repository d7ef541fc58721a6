// The task metadata and credentials endpoints: which document a path means. Statuses and the form
// of errors are the agent's.
//
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/task/metadata.h"
#include "net/http.h"

namespace tributary::lab {

class TaskRole;

// A task as its containers see it.
struct TaskView {
  const TaskSpec& spec;
  const TaskState& state;
  const std::vector<Readings>& readings;
  const std::vector<std::string>& container_ids;  // of /v4/<id>
  const TaskRole* role;                           // null without one
  std::uint64_t machine_memory;
};

net::Response answer_task_request(const TaskView& task, const net::ServerRequest& request);

}  // namespace tributary::lab
