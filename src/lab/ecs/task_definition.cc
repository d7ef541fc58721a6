#include "lab/ecs/task_definition.h"

#include <chrono>

#include "base/strings.h"
#include "lab/ecs/definition_document.h"
#include "lab/ecs/json.h"

namespace tributary::lab::ecs {
namespace {

using std::chrono::seconds;

template <class T>
std::optional<T> present(T value) {
  return value.empty() ? std::nullopt : std::optional<T>(std::move(value));
}

std::uint32_t to_seconds(Duration duration) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<seconds>(duration).count());
}

constexpr std::array<std::pair<StartCondition, std::string_view>, 4> kConditions = {{
    {StartCondition::start, "START"},
    {StartCondition::complete, "COMPLETE"},
    {StartCondition::success, "SUCCESS"},
    {StartCondition::healthy, "HEALTHY"},
}};

StartCondition condition_of(std::string_view name) {
  for (const auto& [condition, text] : kConditions)
    if (text == name) return condition;
  return StartCondition::start;
}

std::string name_of(StartCondition condition) {
  for (const auto& [one, text] : kConditions)
    if (one == condition) return std::string(text);
  return "START";
}

HealthCheck to_health_check(const HealthCheckDocument& from) {
  HealthCheck to{.command = from.command,
                 .interval = seconds(from.interval),
                 .timeout = seconds(from.timeout),
                 .retries = from.retries,
                 .start_period = seconds(from.start_period.value_or(0))};
  // ["/healthcheck"], as ADOT's examples write it.
  if (to.command[0] != "CMD" && to.command[0] != "CMD-SHELL" && to.command[0] != "NONE")
    to.command.insert(to.command.begin(), "CMD");
  return to;
}

// Each task has an address of its own, so every port of a container is there under its own number.
// UDP leads nowhere from outside of a task, so it is never published.
PortMapping to_port_mapping(const PortMappingDocument& from) {
  const std::uint16_t wanted = from.host_port.value_or(0);
  const std::uint16_t host_port = wanted != 0 ? wanted : from.container_port;
  return {.container_port = from.container_port,
          .host_port = from.protocol == "tcp" ? host_port : std::uint16_t{0},
          .protocol = from.protocol};
}

ContainerDefinition to_container(const ContainerDocument& from) {
  ContainerDefinition to;
  to.name = from.name;
  to.image = from.image;
  to.entry_point = from.entry_point.value_or(std::vector<std::string>{});
  to.command = from.command.value_or(std::vector<std::string>{});
  for (const NameValue& variable : from.environment) to.environment[variable.name] = variable.value;
  for (const PortMappingDocument& port : from.port_mappings)
    to.port_mappings.push_back(to_port_mapping(port));
  if (from.depends_on)
    for (const DependencyDocument& one : *from.depends_on)
      to.depends_on.push_back({one.container_name, condition_of(one.condition)});
  if (from.log_configuration)
    to.log_configuration = {from.log_configuration->log_driver, from.log_configuration->options};
  if (from.health_check && from.health_check->command != std::vector<std::string>{"NONE"})
    to.health_check = to_health_check(*from.health_check);
  to.user = from.user.value_or("");
  to.working_directory = from.working_directory.value_or("");
  to.readonly_root_filesystem = from.readonly_root_filesystem.value_or(false);
  if (from.linux_parameters)
    for (const TmpfsDocument& one : from.linux_parameters->tmpfs)
      to.tmpfs.push_back({one.container_path, one.size, one.mount_options});
  for (const MountPointDocument& one : from.mount_points)
    to.mount_points.push_back({one.source_volume, one.container_path, one.read_only});
  if (from.docker_labels) to.docker_labels = *from.docker_labels;
  to.cpu_units = from.cpu;
  to.memory_mib = from.memory.value_or(0);
  to.memory_reservation_mib = from.memory_reservation.value_or(0);
  to.essential = from.essential;
  if (from.stop_timeout) to.stop_timeout = seconds(*from.stop_timeout);
  return to;
}

std::optional<std::uint32_t> positive(std::uint64_t value) {
  if (value == 0) return {};
  return static_cast<std::uint32_t>(value);
}

void put_lists(const ContainerDefinition& from, ContainerDocument& to) {
  for (const auto& [name, value] : from.environment) to.environment.push_back({name, value});
  for (const PortMapping& port : from.port_mappings) {
    PortMappingDocument& one = to.port_mappings.emplace_back();
    one.container_port = port.container_port;
    if (port.host_port != 0) one.host_port = port.host_port;
    one.protocol = port.protocol;
  }
  for (const MountPoint& mount : from.mount_points)
    to.mount_points.push_back({mount.volume, mount.container_path, mount.read_only});
  if (!from.depends_on.empty()) to.depends_on.emplace();
  for (const Dependency& one : from.depends_on)
    to.depends_on->push_back({one.container, name_of(one.condition)});
  if (!from.tmpfs.empty()) to.linux_parameters.emplace();
  for (const Tmpfs& one : from.tmpfs)
    to.linux_parameters->tmpfs.push_back(
        {one.container_path, static_cast<std::uint32_t>(one.size_mib), one.mount_options});
}

ContainerDocument to_container_document(const ContainerDefinition& from) {
  ContainerDocument to;
  to.name = from.name;
  to.image = from.image;
  to.cpu = from.cpu_units;
  to.memory = positive(from.memory_mib);
  to.memory_reservation = positive(from.memory_reservation_mib);
  to.essential = from.essential;
  to.entry_point = present(from.entry_point);
  to.command = present(from.command);
  to.user = present(from.user);
  to.working_directory = present(from.working_directory);
  if (from.readonly_root_filesystem) to.readonly_root_filesystem = true;
  to.docker_labels = present(from.docker_labels);
  if (from.stop_timeout) to.stop_timeout = to_seconds(*from.stop_timeout);
  if (from.log_configuration) {
    to.log_configuration.emplace();
    to.log_configuration->log_driver = from.log_configuration->driver;
    to.log_configuration->options = from.log_configuration->options;
  }
  if (from.health_check) {
    to.health_check.emplace();
    to.health_check->command = from.health_check->command;
    to.health_check->interval = to_seconds(from.health_check->interval);
    to.health_check->timeout = to_seconds(from.health_check->timeout);
    to.health_check->retries = from.health_check->retries;
    if (from.health_check->start_period > Duration::zero())
      to.health_check->start_period = to_seconds(from.health_check->start_period);
  }
  put_lists(from, to);
  return to;
}

}  // namespace

std::optional<TaskDefinition> decode_task_definition(const config::Node& node,
                                                     config::Diagnostics& diagnostics) {
  DefinitionDocument document;
  if (!config::decode(node, document, diagnostics)) return {};
  return to_task_definition(document);
}

std::string task_definition_json(const TaskDefinition& definition) {
  return json_of(to_document(definition));
}

TaskDefinition to_task_definition(const DefinitionDocument& document) {
  TaskDefinition to;
  to.family = document.family;
  to.task_role_arn = document.task_role_arn.value_or("");
  to.execution_role_arn = document.execution_role_arn.value_or("");
  to.network_mode = document.network_mode;
  if (document.cpu) to.cpu_units = parse_task_cpu(*document.cpu).value_or(0);
  if (document.memory) to.memory_mib = parse_task_memory(*document.memory).value_or(0);
  if (document.requires_compatibilities)
    to.requires_compatibilities = *document.requires_compatibilities;
  for (const ContainerDocument& container : document.container_definitions)
    to.containers.push_back(to_container(container));
  for (const VolumeDocument& volume : document.volumes)
    to.volumes.push_back(
        {volume.name, volume.host ? volume.host->source_path.value_or("") : std::string()});
  for (const TagDocument& tag : document.tags) to.tags[tag.key] = tag.value;
  return to;
}

DefinitionDocument to_document(const TaskDefinition& definition) {
  DefinitionDocument to;
  to.family = definition.family;
  to.task_role_arn = present(definition.task_role_arn);
  to.execution_role_arn = present(definition.execution_role_arn);
  to.network_mode = definition.network_mode;
  if (definition.cpu_units != 0) to.cpu = std::to_string(definition.cpu_units);
  if (definition.memory_mib != 0) to.memory = std::to_string(definition.memory_mib);
  to.requires_compatibilities = present(definition.requires_compatibilities);
  for (const ContainerDefinition& container : definition.containers)
    to.container_definitions.push_back(to_container_document(container));
  for (const Volume& volume : definition.volumes) {
    VolumeDocument& one = to.volumes.emplace_back();
    one.name = volume.name;
    if (!volume.host_path.empty()) one.host = HostVolumeDocument{volume.host_path};
  }
  for (const auto& [key, value] : definition.tags) to.tags.push_back({key, value});
  return to;
}

std::string messages_of(const config::Diagnostics& diagnostics) {
  std::vector<std::string> messages;
  for (const config::Diagnostic& one : diagnostics.sorted())
    if (one.severity == config::Severity::error) messages.push_back(one.message);
  return join(messages, "; ");
}

}  // namespace tributary::lab::ecs
