// A project of the ECS CLI: its compose files and ecs-params.yml, read, checked and turned into one
// task definition and what CreateService needs beside it.
//
// Threads: pure functions, on what `Outside` reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/outside.h"
#include "lab/compose/compose_file.h"
#include "lab/compose/ecs_params.h"
#include "lab/compose/interpolation.h"
#include "lab/task/task.h"

namespace tributary::lab::compose {

struct ProjectOptions {
  std::string name;       // of the project: the family's and the service's
  std::string directory;  // that this program runs in, absolute: relative paths begin there
  // Later ones on top of earlier ones. Empty: docker-compose.yml, and docker-compose.override.yml
  // where there is one.
  std::vector<std::string> compose_files;
  std::string ecs_params;  // empty: ecs-params.yml where there is one
  std::string task_role;   // name or ARN; wins over ecs-params'
};

struct Network {
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  std::string assign_public_ip;
};

struct Project {
  TaskDefinition definition;
  Network network;
};

// Variables come from the environment, then from ".env" beside the first compose file. Nothing
// where an error was said.
std::optional<Project> load_project(const ProjectOptions& options, const config::Outside& outside,
                                    config::Diagnostics& diagnostics);

// What conversion needs beside the two files.
struct ConversionContext {
  const ProjectOptions& options;
  std::string compose_directory;  // absolute: of the first compose file
  const config::Outside& outside;
  const Variables& variables;
};

// Both as decoded without errors.
Project convert(const ComposeFile& compose, const EcsParams& params,
                const ConversionContext& context, config::Diagnostics& diagnostics);

}  // namespace tributary::lab::compose
