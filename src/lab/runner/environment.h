// The environment of a container: its own settings, and what ECS tells it (Amazon ECS developer
// guide: task metadata endpoint version 4, task IAM roles).
//
// Pure.
#pragma once

#include <map>
#include <string>

#include "lab/task/task.h"

namespace tributary::lab {

struct Endpoints {
  std::string url;             // "http://169.254.170.2"
  bool is_link_local = true;   // so that the SDKs know the host by themselves
  std::string container_id;    // of /v4/<id>
  std::string credentials_id;  // of /v2/credentials/<id>; "" without a task role
};

// `base` gives way to the definition's settings, and these to what ECS alone can know.
std::map<std::string, std::string> container_environment(std::map<std::string, std::string> base,
                                                         const TaskSpec& spec,
                                                         const ContainerDefinition& container,
                                                         const Endpoints& endpoints);

}  // namespace tributary::lab
