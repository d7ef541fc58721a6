#include <algorithm>
#include <set>

#include "base/strings.h"
#include "lab/ecs/operation_parts.h"

namespace tributary::lab::ecs {
namespace {

constexpr std::size_t kDefinitionBytesMax = 64U << 10;
constexpr std::size_t kDeletedAtOnceMax = 10;

config::Node number(std::uint64_t value) { return config::Node::scalar(std::to_string(value)); }

// The definition as it was registered, with what ECS adds.
config::Node show(const RegisteredDefinition& definition) {
  config::Node node = config::print(definition.document);
  std::erase_if(node.items(), [](const config::Node::Item& item) { return item.key == "tags"; });
  for (config::Node& container : node.find("containerDefinitions")->elements()) {
    container.set("volumesFrom", config::Node::sequence());
    container.set("systemControls", config::Node::sequence());
  }
  node.set("taskDefinitionArn", config::print(definition.arn()));
  node.set("revision", number(definition.definition.revision));
  node.set("status", config::print(std::string(to_string(definition.status))));
  node.set("requiresAttributes", config::Node::sequence());
  node.set("placementConstraints", config::Node::sequence());
  node.set("compatibilities", config::print(definition.document.compatibilities()));
  node.set("registeredAt", config::print(Moment{definition.registered_at}));
  node.set("registeredBy", config::print(definition.registered_by));
  if (definition.deregistered_at)
    node.set("deregisteredAt", config::print(Moment{*definition.deregistered_at}));
  return node;
}

bool matches_status(const RegisteredDefinition& definition, std::string_view status) {
  return status == "ALL" || to_string(definition.status) == status;
}

Questions about_definitions(const char* action) { return {{.action = action, .resource = "*"}}; }

}  // namespace

Questions questions(ControlPlane&, const Caller& caller, const RegisterTaskDefinition& request) {
  Question question{.action = "ecs:RegisterTaskDefinition", .resource = "*"};
  add_request_tags(request.document.tags, question);
  Questions all = {question};
  ask_to_pass_roles(caller,
                    {role_arn(caller, request.document.task_role_arn),
                     role_arn(caller, request.document.execution_role_arn)},
                    all);
  return all;
}

Questions questions(ControlPlane&, const Caller&, const DescribeTaskDefinition&) {
  return about_definitions("ecs:DescribeTaskDefinition");
}

Questions questions(ControlPlane&, const Caller&, const DeregisterTaskDefinition&) {
  return about_definitions("ecs:DeregisterTaskDefinition");
}

Questions questions(ControlPlane&, const Caller& caller, const DeleteTaskDefinitions& request) {
  Questions all;
  for (const std::string& name : request.task_definitions)
    all.push_back({.action = "ecs:DeleteTaskDefinitions",
                   .resource = name.starts_with("arn:")
                                   ? name
                                   : place_of(caller).arn("task-definition/" + name)});
  return all;
}

Questions questions(ControlPlane&, const Caller&, const ListTaskDefinitions&) {
  return about_definitions("ecs:ListTaskDefinitions");
}

Questions questions(ControlPlane&, const Caller&, const ListTaskDefinitionFamilies&) {
  return about_definitions("ecs:ListTaskDefinitionFamilies");
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const RegisterTaskDefinition& request) {
  DefinitionDocument document = request.document;
  if (auto bad = refuse_tags(document.tags)) return *bad;
  for (std::optional<std::string>* role : {&document.task_role_arn, &document.execution_role_arn}) {
    if (!*role) continue;
    **role = role_arn(caller, **role);
    if (!(*role)->empty() && !is_own_role(caller, **role))
      return client_error("Role is not valid: " + **role + " is no role of account " +
                          caller.account + ".");
  }
  const std::size_t bytes = json_of(document).size();
  if (bytes > kDefinitionBytesMax)
    return client_error("Actual length: '" + std::to_string(bytes) + "'. Max allowed length is '" +
                        std::to_string(kDefinitionBytesMax) + "' bytes.");
  auto definition =
      plane.definitions().add(place_of(caller), std::move(document), caller.arn, plane.now());
  if (!definition) return api_error("LimitExceededException", definition.error().message());
  Answer answer;
  answer.with("taskDefinition", show(**definition));
  if (!(*definition)->tags.empty()) answer.with("tags", to_list((*definition)->tags));
  return answer.done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const DescribeTaskDefinition& request) {
  const auto definition = plane.definitions().find(place_of(caller), request.task_definition);
  if (!definition) return client_error("Unable to describe task definition.");
  Answer answer;
  answer.with("taskDefinition", show(*definition));
  answer.with("tags", includes_tags(request.include) ? to_list(definition->tags)
                                                     : std::vector<TagDocument>{});
  return answer.done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const DeregisterTaskDefinition& request) {
  const std::string_view name =
      name_in(place_of(caller), "task-definition", request.task_definition);
  if (name.find(':') == std::string_view::npos)
    return invalid_parameter("Task definition must contain a revision: " + std::string(name));
  const auto definition = plane.definitions().find(place_of(caller), request.task_definition);
  if (!definition) return client_error("The specified task definition does not exist.");
  DefinitionRegistry::deregister(*definition, plane.now());
  return Answer().with("taskDefinition", show(*definition)).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteTaskDefinitions& request) {
  if (request.task_definitions.empty() || request.task_definitions.size() > kDeletedAtOnceMax)
    return invalid_parameter("taskDefinitions must have 1 to 10 items, got " +
                             std::to_string(request.task_definitions.size()));
  std::vector<config::Node> deleted;
  std::vector<FailureDocument> failures;
  for (const std::string& name : request.task_definitions) {
    const auto definition = plane.definitions().find(place_of(caller), name);
    if (!definition ||
        name_in(place_of(caller), "task-definition", name).find(':') == std::string_view::npos) {
      failures.push_back({.arn = name, .reason = "TASK_DEFINITION_NOT_FOUND"});
    } else if (definition->status == DefinitionStatus::active) {
      failures.push_back({.arn = definition->arn(), .reason = "TASK_DEFINITION_IS_ACTIVE"});
    } else {
      plane.definitions().remove(*definition);
      deleted.push_back(show(*definition));
    }
  }
  return Answer().with("taskDefinitions", deleted).with("failures", failures).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTaskDefinitions& request) {
  std::vector<std::string> arns;
  for (const auto& definition : plane.definitions().list(place_of(caller)))
    if (matches_status(*definition, request.status) &&
        (request.family_prefix.empty() || definition->definition.family == request.family_prefix))
      arns.push_back(definition->arn());
  if (request.sort == "DESC") std::ranges::reverse(arns);
  return list_page("taskDefinitionArns", arns, request.page);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller,
                  const ListTaskDefinitionFamilies& request) {
  std::set<std::string> active, all;
  for (const auto& definition : plane.definitions().list(place_of(caller))) {
    if (!definition->definition.family.starts_with(request.family_prefix)) continue;
    all.insert(definition->definition.family);
    if (definition->status == DefinitionStatus::active)
      active.insert(definition->definition.family);
  }
  std::vector<std::string> families;
  for (const std::string& family : all)
    if (request.status == "ALL" || (request.status == "ACTIVE") == active.contains(family))
      families.push_back(family);
  return list_page("families", families, request.page);
}

}  // namespace tributary::lab::ecs
