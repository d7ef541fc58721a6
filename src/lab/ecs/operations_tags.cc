#include "lab/ecs/operation_parts.h"

namespace tributary::lab::ecs {
namespace {

// The tags of a resource, or why there are none.
struct Tagged {
  std::map<std::string, std::string>* tags = nullptr;
  std::optional<ApiAnswer> refused;
};

Tagged refuse(std::string type, std::string message) {
  return {.refused = api_error(std::move(type), std::move(message))};
}

Tagged find_in_cluster(ControlPlane& plane, const Caller& caller, std::string_view kind,
                       std::string_view arn, std::string_view name) {
  Cluster* cluster = active_cluster(plane, caller, name.substr(0, name.find('/')));
  if (cluster == nullptr) return {.refused = cluster_not_found()};
  if (kind == "cluster") return {.tags = &cluster->tags};
  if (kind == "service") {
    Service* service = plane.find_service(*cluster, arn);
    if (service == nullptr || service->status == ServiceStatus::inactive)
      return refuse("ServiceNotFoundException", "Service not found.");
    return {.tags = &service->tags};
  }
  TaskRecord* task = plane.find_task(*cluster, arn);
  if (task == nullptr || task->stopped())
    return refuse("ResourceNotFoundException", "The specified task is not found.");
  return {.tags = &task->tags};
}

Tagged find_tagged(ControlPlane& plane, const Caller& caller, const std::string& arn) {
  const Place place = place_of(caller);
  if (!arn.starts_with("arn:"))
    return {.refused = invalid_parameter("Invalid identifier: " + arn + " is not an ARN.")};
  for (const std::string_view kind : {"cluster", "service", "task"})
    if (const std::string_view name = name_in(place, kind, arn); !name.empty())
      return find_in_cluster(plane, caller, kind, arn, name);
  if (!name_in(place, "task-definition", arn).empty()) {
    const auto definition = plane.definitions().find(place, arn);
    if (!definition)
      return refuse("ResourceNotFoundException", "The specified task definition is not found.");
    return {.tags = &definition->tags};
  }
  return {
      .refused = invalid_parameter(
          arn + " is no cluster, service, task or task definition of this account and region.")};
}

Questions about(const char* action, const std::string& arn) {
  return {{.action = action, .resource = arn}};
}

}  // namespace

Questions questions(ControlPlane&, const Caller&, const TagResource& request) {
  Questions all = about("ecs:TagResource", request.arn);
  add_request_tags(request.tags, all.front());
  return all;
}

Questions questions(ControlPlane&, const Caller&, const UntagResource& request) {
  return about("ecs:UntagResource", request.arn);
}

Questions questions(ControlPlane&, const Caller&, const ListTagsForResource& request) {
  return about("ecs:ListTagsForResource", request.arn);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const TagResource& request) {
  const Tagged resource = find_tagged(plane, caller, request.arn);
  if (resource.refused) return *resource.refused;
  std::map<std::string, std::string> tags = *resource.tags;
  if (auto bad = refuse_tags(request.tags)) return *bad;
  for (const TagDocument& tag : request.tags) tags[tag.key] = tag.value;
  if (auto bad = refuse_tags({}, tags.size())) return *bad;
  *resource.tags = std::move(tags);
  return Answer().done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UntagResource& request) {
  const Tagged resource = find_tagged(plane, caller, request.arn);
  if (resource.refused) return *resource.refused;
  for (const std::string& key : request.tag_keys) resource.tags->erase(key);
  return Answer().done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTagsForResource& request) {
  const Tagged resource = find_tagged(plane, caller, request.arn);
  if (resource.refused) return *resource.refused;
  return Answer().with("tags", to_list(*resource.tags)).done();
}

}  // namespace tributary::lab::ecs
