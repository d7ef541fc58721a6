#include <algorithm>

#include "lab/ecs/operation_parts.h"
#include "lab/task/metadata.h"

namespace tributary::lab::ecs {
namespace {

std::optional<std::string> present(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> positive(std::uint64_t value) {
  return value == 0 ? std::nullopt : std::optional<std::string>(std::to_string(value));
}

std::string_view name_of(Health health) {
  switch (health) {
    case Health::unknown: return "UNKNOWN";
    case Health::healthy: return "HEALTHY";
    case Health::unhealthy: return "UNHEALTHY";
  }
  return "";
}

std::string_view container_status(Status status) {
  switch (status) {
    case Status::none:
    case Status::pending:
    case Status::pulled:
    case Status::created: return "PENDING";
    case Status::running:
    case Status::stopping: return "RUNNING";
    case Status::stopped: return "STOPPED";
  }
  return "";
}

std::string_view task_status(const TaskState& state) {
  if (state.known == Status::stopped) return "STOPPED";
  if (state.desired == Status::stopped) {
    const bool all_ended = std::ranges::all_of(
        state.containers, [](const ContainerState& one) { return one.status == Status::stopped; });
    return all_ended ? "DEPROVISIONING" : "STOPPING";
  }
  if (state.known == Status::running) return "RUNNING";
  return state.known == Status::none ? "PROVISIONING" : "PENDING";
}

AttachmentDocument attachment_of(const TaskRecord& task) {
  AttachmentDocument attachment{.id = task.attachment_id,
                                .status = task.stopped() ? "DELETED" : "ATTACHED"};
  const auto& network = task.request.network;
  if (network && network->awsvpc && !network->awsvpc->subnets.empty())
    attachment.details.push_back({"subnetId", network->awsvpc->subnets.front()});
  attachment.details.push_back({"networkInterfaceId", "eni-" + task.id.substr(0, 17)});
  if (!task.state().address.empty())
    attachment.details.push_back({"privateIPv4Address", task.state().address});
  return attachment;
}

ContainerAnswer show_container(const TaskRecord& task, const ContainerDefinition& definition,
                               const ContainerState& state) {
  TaskSpec spec{.id = task.id,
                .account = task.request.place.account,
                .region = task.request.place.region,
                .cluster = task.request.cluster};
  ContainerAnswer answer{.arn = container_arn(spec, definition.name),
                         .task_arn = task.arn(),
                         .name = definition.name,
                         .image = definition.image,
                         .image_digest = present(state.image_digest),
                         .runtime_id = present(state.docker_id),
                         .last_status = std::string(container_status(state.status)),
                         .exit_code = state.exit_code,
                         .reason = present(state.reason),
                         .health_status = std::string(name_of(state.health)),
                         .cpu = std::to_string(definition.cpu_units),
                         .memory = positive(definition.memory_mib),
                         .memory_reservation = positive(definition.memory_reservation_mib)};
  if (!task.state().address.empty())
    answer.network_interfaces.push_back({task.attachment_id, task.state().address});
  return answer;
}

}  // namespace

TaskAnswer show_task(const TaskRecord& task, bool with_tags) {
  const TaskRequest& request = task.request;
  const TaskState& state = task.state();
  TaskAnswer answer{.attachments = {attachment_of(task)},
                    .availability_zone = request.place.region + "a",
                    .cluster_arn = request.place.arn("cluster/" + request.cluster),
                    .connectivity_at = {state.created_at},
                    .cpu = positive(request.effective.cpu_units),
                    .created_at = {state.created_at},
                    .desired_status = task.wanted() ? "RUNNING" : "STOPPED",
                    .execution_stopped_at = moment(state.execution_stopped_at),
                    .group = request.group,
                    .health_status = std::string(name_of(task_health(request.effective, state))),
                    .last_status = std::string(task_status(state)),
                    .launch_type = request.launch_type,
                    .memory = positive(request.effective.memory_mib),
                    .overrides = request.overrides,
                    .pull_started_at = moment(state.pull_started_at),
                    .pull_stopped_at = moment(state.pull_stopped_at),
                    .started_at = moment(state.started_at),
                    .started_by = present(request.started_by),
                    .stop_code = present(state.stop_code),
                    .stopped_at = moment(state.stopped_at),
                    .stopped_reason = present(state.stopped_reason),
                    .stopping_at = moment(state.stopping_at),
                    .arn = task.arn(),
                    .definition_arn = request.definition->arn(),
                    .version = task.version};
  if (!request.platform_version.empty()) {
    answer.platform_version =
        request.platform_version == "LATEST" ? "1.4.0" : request.platform_version;
    answer.platform_family = "Linux";
  }
  const auto& containers = request.effective.containers;
  for (std::size_t i = 0; i < containers.size(); ++i)
    answer.containers.push_back(show_container(
        task, containers[i], i < state.containers.size() ? state.containers[i] : ContainerState{}));
  answer.tags.emplace();
  if (with_tags) answer.tags = to_list(task.tags);
  return answer;
}

}  // namespace tributary::lab::ecs
