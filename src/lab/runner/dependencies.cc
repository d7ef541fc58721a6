#include "lab/runner/dependencies.h"

#include <algorithm>
#include <optional>

#include "base/json_text.h"

namespace tributary::lab {
namespace {

std::optional<std::size_t> find(const TaskDefinition& definition, const std::string& name) {
  const auto& containers = definition.containers;
  const auto at = std::ranges::find(containers, name, &ContainerDefinition::name);
  if (at == containers.end()) return std::nullopt;
  return static_cast<std::size_t>(at - containers.begin());
}

Readiness never(const std::string& why) {
  return {Readiness::Kind::never, "TaskDependencyError: " + why};
}

Readiness readiness_for(const Dependency& dependency, const ContainerState& other) {
  const Readiness ready;
  const Readiness waits{Readiness::Kind::waits, {}};
  const std::string name = "container " + json_string(dependency.container);
  const bool stopped = other.status == Status::stopped;
  if (stopped && !other.started_at) return never(name + " could not be started");
  switch (dependency.condition) {
    case StartCondition::start: return other.status >= Status::running ? ready : waits;
    case StartCondition::complete: return stopped ? ready : waits;
    case StartCondition::success:
      if (!stopped) return waits;
      if (other.exit_code == 0) return ready;
      return never(name + " ended with exit code " + std::to_string(other.exit_code.value_or(-1)) +
                   ", want 0");
    case StartCondition::healthy:
      if (stopped) return never(name + " has stopped, want a healthy one");
      return other.health == Health::healthy ? ready : waits;
  }
  return waits;
}

}  // namespace

Readiness readiness_of(const TaskDefinition& definition, const TaskState& state,
                       std::size_t container) {
  Readiness sum;
  for (const Dependency& dependency : definition.containers[container].depends_on) {
    const auto other = find(definition, dependency.container);
    if (!other) return never("there is no container " + json_string(dependency.container));
    Readiness one = readiness_for(dependency, state.containers[*other]);
    if (one.kind > sum.kind) sum = std::move(one);
  }
  return sum;
}

bool may_stop(const TaskDefinition& definition, const TaskState& state, std::size_t container) {
  const std::string& name = definition.containers[container].name;
  for (std::size_t i = 0; i < definition.containers.size(); ++i) {
    const auto& dependencies = definition.containers[i].depends_on;
    if (i != container && state.containers[i].status != Status::stopped &&
        std::ranges::find(dependencies, name, &Dependency::container) != dependencies.end())
      return false;
  }
  return true;
}

}  // namespace tributary::lab
