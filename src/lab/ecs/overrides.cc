#include "lab/ecs/overrides.h"

#include <algorithm>

#include "base/json_text.h"

namespace tributary::lab::ecs {
namespace {

Error refused(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

void apply(const ContainerOverrideDocument& change, ContainerDefinition& container) {
  if (change.command) container.command = *change.command;
  if (change.environment)
    for (const NameValue& variable : *change.environment)
      container.environment[variable.name] = variable.value;
  if (change.cpu) container.cpu_units = *change.cpu;
  if (change.memory) container.memory_mib = *change.memory;
  if (change.memory_reservation) container.memory_reservation_mib = *change.memory_reservation;
}

}  // namespace

Result<TaskDefinition> apply_overrides(TaskDefinition definition,
                                       const TaskOverrideDocument& overrides) {
  for (const ContainerOverrideDocument& change : overrides.container_overrides) {
    const auto container =
        std::ranges::find(definition.containers, change.name, &ContainerDefinition::name);
    if (container == definition.containers.end())
      return refused("Override for container named " + change.name +
                     " is not a container in the TaskDefinition.");
    apply(change, *container);
  }
  if (overrides.cpu) {
    const auto units = parse_task_cpu(*overrides.cpu);
    if (!units) return refused("Invalid 'cpu' setting for task: " + json_string(*overrides.cpu));
    definition.cpu_units = *units;
  }
  if (overrides.memory) {
    const auto mib = parse_task_memory(*overrides.memory);
    if (!mib)
      return refused("Invalid 'memory' setting for task: " + json_string(*overrides.memory));
    definition.memory_mib = *mib;
  }
  if (overrides.task_role_arn) definition.task_role_arn = *overrides.task_role_arn;
  if (overrides.execution_role_arn) definition.execution_role_arn = *overrides.execution_role_arn;
  for (const ContainerDefinition& container : definition.containers)
    if (definition.memory_mib != 0 && container.memory_mib > definition.memory_mib)
      return refused("Invalid setting for container '" + container.name +
                     "'. The 'memory' setting for container is greater than for the task.");
  return definition;
}

}  // namespace tributary::lab::ecs
