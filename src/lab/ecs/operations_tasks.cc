#include <algorithm>

#include "lab/ecs/operation_parts.h"
#include "lab/ecs/overrides.h"

namespace tributary::lab::ecs {
namespace {

constexpr std::size_t kDescribedMax = 100;
constexpr std::uint32_t kCountMax = 10;
constexpr std::size_t kStartedByBytesMax = 128;
constexpr std::size_t kReasonBytesMax = 1024;

Question about_task(const char* action, const Caller& caller, const std::string& cluster,
                    const std::string& task) {
  return {.action = action,
          .resource = task_arn(caller, cluster, task),
          .context = {{"ecs:cluster", cluster_arn(caller, cluster)}}};
}

TaskOverrideDocument with_role_arns(const Caller& caller, TaskOverrideDocument overrides) {
  for (std::optional<std::string>* role : {&overrides.task_role_arn, &overrides.execution_role_arn})
    if (*role) **role = role_arn(caller, **role);
  return overrides;
}

std::optional<ApiAnswer> refuse(const Caller& caller, const RunTask& request) {
  if (request.count < 1 || request.count > kCountMax)
    return invalid_parameter("count must be from 1 to 10, got " + std::to_string(request.count));
  if (request.started_by.size() > kStartedByBytesMax)
    return invalid_parameter("startedBy must have at most 128 characters");
  if (request.group.starts_with("service:"))
    return invalid_parameter("group must not begin with service:, which is for services");
  const TaskOverrideDocument overrides = with_role_arns(caller, request.overrides);
  for (const auto& role : {overrides.task_role_arn, overrides.execution_role_arn})
    if (role && !role->empty() && !is_own_role(caller, *role))
      return client_error("Role is not valid: " + *role + " is no role of account " +
                          caller.account + ".");
  return refuse_tags(request.tags);
}

std::map<std::string, std::string> tags_for(const RunTask& request, const Cluster& cluster,
                                            const RegisteredDefinition& definition) {
  std::map<std::string, std::string> tags = to_map(request.tags);
  if (request.propagate_tags == PropagateTags::task_definition) {
    auto inherited = definition.tags;
    tags.merge(inherited);
  }
  if (request.managed_tags) tags.merge(managed_tags(cluster.name, ""));
  return tags;
}

ApiAnswer answer_with(const std::vector<TaskAnswer>& tasks,
                      const std::vector<FailureDocument>& failures) {
  return Answer().with("tasks", tasks).with("failures", failures).done();
}

// The tasks of a call that was made before with the same token; nothing where it is new.
std::optional<ApiAnswer> answer_again(ControlPlane& plane, const Cluster& cluster,
                                      const RunTask& request, const std::string& text) {
  const RunTokens::Run* before = request.client_token.empty()
                                     ? nullptr
                                     : plane.run_tokens().find(cluster.place, request.client_token);
  if (before == nullptr) return {};
  if (before->request != text)
    return api_error("ConflictException", "The clientToken was used before with other parameters.");
  std::vector<TaskAnswer> tasks;
  for (const std::string& id : before->task_ids)
    if (const TaskRecord* task = plane.tasks().find(cluster.place, cluster.name, id))
      tasks.push_back(show_task(*task, true));
  return answer_with(tasks, {});
}

bool matches(const TaskRecord& task, const ListTasks& request) {
  const TaskRequest& what = task.request;
  // No task is ever wanted PENDING: as on AWS, that finds none.
  const std::string_view desired = task.wanted() ? "RUNNING" : "STOPPED";
  return request.desired_status == desired &&
         (request.family.empty() || what.definition->definition.family == request.family) &&
         (request.started_by.empty() || what.started_by == request.started_by) &&
         (request.service_name.empty() || what.service == last_part(request.service_name)) &&
         (request.launch_type.empty() || what.launch_type == request.launch_type);
}

}  // namespace

Questions questions(ControlPlane& plane, const Caller& caller, const RunTask& request) {
  const auto definition = plane.definitions().find(place_of(caller), request.task_definition);
  Question question{
      .action = "ecs:RunTask",
      .resource = definition ? definition->arn()
                             : place_of(caller).arn("task-definition/" + request.task_definition),
      .context = {{"ecs:cluster", cluster_arn(caller, request.cluster)}}};
  add_request_tags(request.tags, question);
  Questions all = {question};
  if (!definition) return all;
  const TaskOverrideDocument overrides = with_role_arns(caller, request.overrides);
  ask_to_pass_roles(
      caller,
      {overrides.task_role_arn.value_or(definition->definition.task_role_arn),
       overrides.execution_role_arn.value_or(definition->definition.execution_role_arn)},
      all);
  return all;
}

Questions questions(ControlPlane&, const Caller& caller, const StopTask& request) {
  return {about_task("ecs:StopTask", caller, request.cluster, request.task)};
}

Questions questions(ControlPlane&, const Caller& caller, const DescribeTasks& request) {
  Questions all;
  for (const std::string& task : request.tasks)
    all.push_back(about_task("ecs:DescribeTasks", caller, request.cluster, task));
  return all;
}

Questions questions(ControlPlane&, const Caller& caller, const ListTasks& request) {
  const std::string cluster = cluster_arn(caller, request.cluster);
  return {{.action = "ecs:ListTasks",
           .resource =
               place_of(caller).arn("container-instance/" + std::string(last_part(cluster)) + "/*"),
           .context = {{"ecs:cluster", cluster}}}};
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const RunTask& request) {
  const Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (auto bad = refuse(caller, request)) return *bad;
  const std::string text = json_of(request);
  if (auto again = answer_again(plane, *cluster, request, text)) return *again;
  auto [launch, refused] = choose_launch(plane, caller, request.task_definition,
                                         request.launch_type, request.platform_version);
  if (refused) return *refused;
  const TaskOverrideDocument overrides = with_role_arns(caller, request.overrides);
  Result<TaskDefinition> effective = apply_overrides(launch.definition->definition, overrides);
  if (!effective) return invalid_parameter(effective.error().message());

  std::vector<TaskAnswer> tasks;
  std::vector<FailureDocument> failures;
  RunTokens::Run run{.request = text, .task_ids = {}};
  for (std::uint32_t i = 0; i < request.count; ++i) {
    auto task = plane.tasks().launch(
        {.place = cluster->place,
         .cluster = cluster->name,
         .definition = launch.definition,
         .effective = *effective,
         .overrides = overrides,
         .launch_type = launch.launch_type,
         .platform_version = launch.platform_version,
         .network = request.network_configuration,
         .group = request.group.empty() ? "family:" + effective->family : request.group,
         .started_by = request.started_by,
         .tags = tags_for(request, *cluster, *launch.definition)});
    if (task) {
      tasks.push_back(show_task(**task, true));
      run.task_ids.push_back((*task)->id);
    } else {
      failures.push_back(
          {.arn = "",
           .reason = "Capacity is unavailable at this time. Please try again later or in a "
                     "different availability zone",
           .detail = task.error().message()});
    }
  }
  if (!request.client_token.empty())
    plane.run_tokens().keep(cluster->place, request.client_token, std::move(run));
  return answer_with(tasks, failures);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const StopTask& request) {
  const Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  TaskRecord* task = plane.find_task(*cluster, request.task);
  if (task == nullptr) return invalid_parameter("The referenced task was not found.");
  if (request.reason.size() > kReasonBytesMax)
    return invalid_parameter("reason must have at most 1024 characters");
  plane.tasks().stop(*task, "UserInitiated",
                     request.reason.empty() ? "Task stopped by user" : request.reason);
  return Answer().with("task", show_task(*task, true)).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeTasks& request) {
  const Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (request.tasks.empty()) return invalid_parameter("Tasks cannot be empty.");
  if (request.tasks.size() > kDescribedMax)
    return invalid_parameter("Tasks cannot have more than 100 elements");
  std::vector<TaskAnswer> found;
  std::vector<FailureDocument> failures;
  for (const std::string& name : request.tasks) {
    const TaskRecord* task = plane.find_task(*cluster, name);
    if (task != nullptr) {
      found.push_back(show_task(*task, includes_tags(request.include)));
    } else {
      failures.push_back({.arn = task_arn(caller, request.cluster, name), .reason = "MISSING"});
    }
  }
  return answer_with(found, failures);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListTasks& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (!request.service_name.empty() &&
      plane.find_service(*cluster, request.service_name) == nullptr)
    return api_error("ServiceNotFoundException", "Service not found.");
  std::vector<std::string> arns;
  if (request.container_instance.empty())
    for (const TaskRecord* task : plane.tasks().list(cluster->place, cluster->name))
      if (matches(*task, request)) arns.push_back(task->arn());
  return list_page("taskArns", arns, request.page);
}

}  // namespace tributary::lab::ecs
