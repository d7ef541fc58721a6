// What RunTask changes of a task definition for one run.
//
// Pure.
#pragma once

#include "base/result.h"
#include "lab/ecs/settings_document.h"
#include "lab/task/task.h"

namespace tributary::lab::ecs {

// Errors are in ECS' words.
Result<TaskDefinition> apply_overrides(TaskDefinition definition,
                                       const TaskOverrideDocument& overrides);

}  // namespace tributary::lab::ecs
