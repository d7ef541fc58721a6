// A task definition from and to the JSON of the ECS API: what RegisterTaskDefinition takes.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/node.h"
#include "lab/task/task.h"

namespace tributary::lab::ecs {

struct DefinitionDocument;

// Every fault is named: unknown members, what this lab cannot do, what ECS refuses (in its words).
std::optional<TaskDefinition> decode_task_definition(const config::Node& node,
                                                     config::Diagnostics& diagnostics);

// The parameters of RegisterTaskDefinition, as compact JSON. Without the revision, which the
// registry gives.
std::string task_definition_json(const TaskDefinition& definition);

TaskDefinition to_task_definition(const DefinitionDocument& document);
DefinitionDocument to_document(const TaskDefinition& definition);

// The messages alone, without places, for an API's answer.
std::string messages_of(const config::Diagnostics& diagnostics);

}  // namespace tributary::lab::ecs
