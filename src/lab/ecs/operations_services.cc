#include <algorithm>

#include "base/json_text.h"
#include "lab/ecs/operation_parts.h"

namespace tributary::lab::ecs {
namespace {

constexpr std::size_t kDescribedMax = 10;
constexpr std::size_t kListedDefault = 10;
constexpr std::uint32_t kDesiredMax = 5'000;

std::optional<std::string> present(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

// As ECS shows the latest version of Fargate's platform.
std::optional<std::string> resolved(const std::string& platform_version) {
  return platform_version == "LATEST" ? "1.4.0" : present(platform_version);
}

DeploymentDocument show_deployment(ControlPlane& plane, const Service& service, std::size_t index) {
  const Deployment& deployment = service.deployments[index];
  const TaskCounts tasks = plane.count_tasks(service, deployment.id);
  DeploymentDocument document{.id = deployment.id,
                              .status = index == 0 ? "PRIMARY" : "ACTIVE",
                              .task_definition = deployment.definition->arn(),
                              .pending_count = tasks.pending,
                              .running_count = tasks.running,
                              .failed_tasks = deployment.failed_tasks,
                              .created_at = {deployment.created_at},
                              .updated_at = {deployment.updated_at},
                              .launch_type = service.launch_type,
                              .platform_version = resolved(deployment.platform_version),
                              .network_configuration = deployment.network,
                              .rollout_state = std::string(to_string(deployment.rollout)),
                              .rollout_state_reason = deployment.rollout_reason};
  document.desired_count = index == 0 ? service.desired_count : tasks.running + tasks.pending;
  if (document.platform_version) document.platform_family = "Linux";
  return document;
}

ServiceDocument show(ControlPlane& plane, const Service& service, bool with_tags) {
  const TaskCounts tasks = plane.count_tasks(service);
  ServiceDocument document{.arn = service.arn(),
                           .name = service.name,
                           .cluster_arn = service.place.arn("cluster/" + service.cluster),
                           .status = std::string(to_string(service.status)),
                           .desired_count = service.desired_count,
                           .running_count = tasks.running,
                           .pending_count = tasks.pending,
                           .launch_type = service.launch_type,
                           .platform_version = present(service.primary().platform_version),
                           .task_definition = service.primary().definition->arn(),
                           .deployment_configuration = service.deployment_configuration,
                           .created_at = {service.created_at},
                           .network_configuration = service.primary().network,
                           .created_by = service.created_by,
                           .managed_tags = service.managed_tags};
  if (document.platform_version) document.platform_family = "Linux";
  for (const auto& choice : choices(PropagateTags{}))
    if (choice.value == service.propagate_tags) document.propagate_tags = choice.name;
  for (std::size_t i = 0; i < service.deployments.size(); ++i)
    document.deployments.push_back(show_deployment(plane, service, i));
  for (const ServiceEvent& event : service.events)
    document.events.push_back({event.id, {event.time}, event.message});
  if (with_tags) document.tags = to_list(service.tags);
  return document;
}

ApiAnswer answer_with(ControlPlane& plane, const Service& service) {
  return Answer().with("service", show(plane, service, true)).done();
}

std::optional<ApiAnswer> refuse_count(std::uint32_t desired) {
  if (desired <= kDesiredMax) return {};
  return invalid_parameter("desiredCount must be at most 5000, got " + std::to_string(desired));
}

// What was asked before under that name; nothing where the service is new.
std::optional<ApiAnswer> answer_again(ControlPlane& plane, const Service* old,
                                      const CreateService& request, const std::string& text) {
  if (old == nullptr || old->status == ServiceStatus::inactive) return {};
  if (old->status == ServiceStatus::draining)
    return invalid_parameter("Unable to Start a service that is still Draining.");
  const bool same_token =
      !request.client_token.empty() && old->client_token == request.client_token;
  if (same_token || old->request == text) return answer_with(plane, *old);
  return invalid_parameter("Creation of service was not idempotent.");
}

std::optional<ApiAnswer> refuse(const Cluster& cluster, const CreateService& request) {
  if (!is_identifier(request.name))
    return invalid_parameter("Service name contains invalid characters.");
  if (request.scheduling_strategy != "REPLICA")
    return invalid_parameter("schedulingStrategy: this lab has REPLICA alone, got " +
                             request.scheduling_strategy);
  if (!request.desired_count)
    return invalid_parameter("desiredCount is required with the scheduling strategy REPLICA.");
  if (auto bad = refuse_count(*request.desired_count)) return bad;
  if (auto bad = refuse_tags(request.tags)) return bad;
  if (cluster.services.size() >= ControlPlane::kServicesMax)
    return api_error("LimitExceededException", "this lab keeps at most " +
                                                   std::to_string(ControlPlane::kServicesMax) +
                                                   " services in a cluster");
  return {};
}

Question about_service(const char* action, const Caller& caller, const std::string& cluster,
                       const std::string& service) {
  return {.action = action,
          .resource = service_arn(caller, cluster, service),
          .context = {{"ecs:cluster", cluster_arn(caller, cluster)}}};
}

}  // namespace

Questions questions(ControlPlane& plane, const Caller& caller, const CreateService& request) {
  Question question = about_service("ecs:CreateService", caller, request.cluster, request.name);
  add_request_tags(request.tags, question);
  const auto definition = plane.definitions().find(place_of(caller), request.task_definition);
  if (definition) question.context["ecs:task-definition"] = definition->arn();
  Questions all = {question};
  if (definition)
    ask_to_pass_roles(
        caller, {definition->definition.task_role_arn, definition->definition.execution_role_arn},
        all);
  return all;
}

Questions questions(ControlPlane& plane, const Caller& caller, const UpdateService& request) {
  Question question = about_service("ecs:UpdateService", caller, request.cluster, request.service);
  const auto definition = plane.definitions().find(place_of(caller), request.task_definition);
  if (definition) question.context["ecs:task-definition"] = definition->arn();
  return {question};
}

Questions questions(ControlPlane&, const Caller& caller, const DeleteService& request) {
  return {about_service("ecs:DeleteService", caller, request.cluster, request.service)};
}

Questions questions(ControlPlane&, const Caller& caller, const DescribeServices& request) {
  Questions all;
  for (const std::string& name : request.services)
    all.push_back(about_service("ecs:DescribeServices", caller, request.cluster, name));
  return all;
}

Questions questions(ControlPlane&, const Caller& caller, const ListServices& request) {
  return {{.action = "ecs:ListServices",
           .resource = "*",
           .context = {{"ecs:cluster", cluster_arn(caller, request.cluster)}}}};
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const CreateService& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (auto bad = refuse(*cluster, request)) return *bad;
  const std::string text = json_of(request);
  Service* old = plane.find_service(*cluster, request.name);
  if (auto again = answer_again(plane, old, request, text)) return *again;
  auto [launch, refused] = choose_launch(plane, caller, request.task_definition,
                                         request.launch_type, request.platform_version);
  if (refused) return *refused;

  Service& service = plane.add_service(
      *cluster, Service{.place = cluster->place,
                        .cluster = cluster->name,
                        .name = request.name,
                        .launch_type = launch.launch_type,
                        .desired_count = *request.desired_count,
                        .deployment_configuration = request.deployment_configuration,
                        .tags = to_map(request.tags),
                        .propagate_tags = request.propagate_tags,
                        .managed_tags = request.managed_tags,
                        .created_by = caller.arn,
                        .created_at = plane.now(),
                        .request = text,
                        .client_token = request.client_token});
  plane.scheduler().deploy(service, launch.definition, launch.platform_version,
                           request.network_configuration);
  plane.scheduler().reconcile(service);
  return answer_with(plane, service);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const UpdateService& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  Service* service = plane.find_service(*cluster, request.service);
  if (service == nullptr) return api_error("ServiceNotFoundException", "Service not found.");
  if (service->status != ServiceStatus::active)
    return api_error("ServiceNotActiveException", "Service was not ACTIVE.");
  if (auto bad = refuse_count(request.desired_count.value_or(0))) return *bad;

  const Deployment current = service->primary();
  Launch launch{.definition = current.definition, .platform_version = current.platform_version};
  if (!request.task_definition.empty() || !request.platform_version.empty()) {
    const std::string name =
        request.task_definition.empty() ? current.definition->arn() : request.task_definition;
    const std::string platform =
        request.platform_version.empty() ? current.platform_version : request.platform_version;
    auto [chosen, refused] = choose_launch(plane, caller, name, service->launch_type, platform);
    if (refused) return *refused;
    launch = chosen;
  }
  if (request.desired_count) service->desired_count = *request.desired_count;
  if (request.deployment_configuration)
    service->deployment_configuration = *request.deployment_configuration;
  if (request.managed_tags) service->managed_tags = *request.managed_tags;
  if (request.propagate_tags) service->propagate_tags = *request.propagate_tags;
  if (request.force_new_deployment || launch.definition != current.definition ||
      launch.platform_version != current.platform_version || request.network_configuration)
    plane.scheduler().deploy(
        *service, launch.definition, launch.platform_version,
        request.network_configuration ? request.network_configuration : current.network);
  plane.scheduler().reconcile(*service);
  return answer_with(plane, *service);
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DeleteService& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  Service* service = plane.find_service(*cluster, request.service);
  if (service == nullptr || service->status == ServiceStatus::inactive)
    return api_error("ServiceNotFoundException", "Service not found.");
  if (service->status == ServiceStatus::draining) return answer_with(plane, *service);
  if (service->desired_count > 0 && !request.force)
    return invalid_parameter("The service cannot be stopped while it is scaled above 0.");
  plane.delete_service(*service);
  ServiceDocument document = show(plane, *service, true);
  document.status = "DRAINING";  // as ECS answers, even where nothing is left to drain
  return Answer().with("service", document).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const DescribeServices& request) {
  Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  if (request.services.empty()) return invalid_parameter("Services cannot be empty.");
  if (request.services.size() > kDescribedMax)
    return invalid_parameter("Services cannot have more than 10 elements");
  std::vector<ServiceDocument> found;
  std::vector<FailureDocument> failures;
  for (const std::string& name : request.services) {
    const Service* service = plane.find_service(*cluster, name);
    if (service != nullptr) {
      found.push_back(show(plane, *service, includes_tags(request.include)));
    } else {
      failures.push_back({.arn = service_arn(caller, request.cluster, name), .reason = "MISSING"});
    }
  }
  return Answer().with("services", found).with("failures", failures).done();
}

ApiAnswer perform(ControlPlane& plane, const Caller& caller, const ListServices& request) {
  const Cluster* cluster = active_cluster(plane, caller, request.cluster);
  if (cluster == nullptr) return cluster_not_found();
  std::vector<std::string> arns;
  for (const auto& [name, service] : cluster->services)
    if (service->status != ServiceStatus::inactive &&
        (request.launch_type.empty() || request.launch_type == service->launch_type) &&
        (request.scheduling_strategy.empty() || request.scheduling_strategy == "REPLICA"))
      arns.push_back(service->arn());
  return list_page("serviceArns", arns, request.page, kListedDefault);
}

}  // namespace tributary::lab::ecs
