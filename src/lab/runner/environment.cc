#include "lab/runner/environment.h"

namespace tributary::lab {

std::map<std::string, std::string> container_environment(std::map<std::string, std::string> base,
                                                         const TaskSpec& spec,
                                                         const ContainerDefinition& container,
                                                         const Endpoints& endpoints) {
  std::map<std::string, std::string> all = std::move(base);
  all["AWS_REGION"] = spec.region;
  all["AWS_DEFAULT_REGION"] = spec.region;
  all["AWS_EXECUTION_ENV"] = "AWS_ECS_" + spec.launch_type;
  for (const auto& [name, value] : container.environment) all[name] = value;
  all["ECS_CONTAINER_METADATA_URI_V4"] = endpoints.url + "/v4/" + endpoints.container_id;
  if (!endpoints.credentials_id.empty()) {
    const std::string path = "/v2/credentials/" + endpoints.credentials_id;
    if (endpoints.is_link_local)
      all["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = path;
    else
      all["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = endpoints.url + path;
  }
  return all;
}

}  // namespace tributary::lab
