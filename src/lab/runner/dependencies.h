// In what order the containers of a task start and stop (ContainerDefinition.dependsOn): each
// starts when what it depends on has come far enough, and is told to stop when nothing that depends
// on it runs any more.
//
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "lab/task/task.h"

namespace tributary::lab {

struct Readiness {
  enum class Kind : std::uint8_t { ready, waits, never };
  Kind kind = Kind::ready;
  std::string reason;  // why never
};
Readiness readiness_of(const TaskDefinition& definition, const TaskState& state,
                       std::size_t container);

// Whether nothing that depends on it is still to be stopped.
bool may_stop(const TaskDefinition& definition, const TaskState& state, std::size_t container);

}  // namespace tributary::lab
