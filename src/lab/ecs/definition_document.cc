#include "lab/ecs/definition_document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::lab::ecs {
namespace {

using config::Diagnostics;
using config::Node;

constexpr std::size_t kContainersMax = 10;
constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kEnvironmentMax = 1000;
constexpr std::uint32_t kContainerMemoryMin = 6;  // MiB
constexpr std::uint32_t kStopTimeoutMax = 120;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

void check_range(const Node& node, std::string_view key, std::uint32_t value, std::uint32_t min,
                 std::uint32_t max, Diagnostics& diagnostics) {
  if (value >= min && value <= max) return;
  diagnostics.error(node.mark_of(key), std::string(key) + " must be from " + std::to_string(min) +
                                           " to " + std::to_string(max) + ", got " +
                                           std::to_string(value));
}

std::optional<double> parse_amount(std::string_view text) {
  double amount = 0;
  const auto [stop, ec] =
      std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
  if (ec != std::errc() || stop != text.data() + text.size() || !(amount > 0)) return {};
  return amount;
}

// A plain number, or one with a unit that is worth `unit_value`.
std::optional<std::uint32_t> parse_with_unit(std::string_view text, std::string_view unit,
                                             double unit_value) {
  text = trim(text);
  constexpr double kMost = 10'000'000;
  const std::string lower = to_lower(text);
  if (!lower.ends_with(unit)) {
    const auto plain = parse_uint64(text);
    if (!plain || *plain == 0 || *plain > static_cast<std::uint64_t>(kMost)) return {};
    return static_cast<std::uint32_t>(*plain);
  }
  const auto amount = parse_amount(trim(text.substr(0, text.size() - unit.size())));
  if (!amount || *amount * unit_value > kMost) return {};
  return static_cast<std::uint32_t>(std::lround(*amount * unit_value));
}

// The task sizes of Fargate: units of CPU, and the MiB that go with them.
struct FargateSize {
  std::uint32_t cpu;
  std::uint32_t memory_min;
  std::uint32_t memory_max;
  std::uint32_t memory_step;
};
constexpr std::array<FargateSize, 7> kFargateSizes = {{
    {256, 512, 2048, 1024},
    {512, 1024, 4096, 1024},
    {1024, 2048, 8192, 1024},
    {2048, 4096, 16384, 1024},
    {4096, 8192, 30720, 1024},
    {8192, 16384, 61440, 4096},
    {16384, 32768, 122880, 8192},
}};

bool is_fargate_size(std::uint32_t cpu, std::uint32_t memory) {
  for (const FargateSize& size : kFargateSizes) {
    if (size.cpu != cpu) continue;
    return memory == size.memory_min || (memory >= size.memory_min && memory <= size.memory_max &&
                                         memory % size.memory_step == 0);
  }
  return false;
}

bool wants(const DefinitionDocument& document, std::string_view compatibility) {
  return document.requires_compatibilities &&
         std::ranges::find(*document.requires_compatibilities, compatibility) !=
             document.requires_compatibilities->end();
}

bool logs_to_awslogs(const ContainerDocument& container) {
  return container.log_configuration && container.log_configuration->log_driver == "awslogs";
}

void check_fargate(const DefinitionDocument& document, const Node& node, Diagnostics& diagnostics) {
  const auto cpu = document.cpu ? parse_task_cpu(*document.cpu) : std::nullopt;
  const auto memory = document.memory ? parse_task_memory(*document.memory) : std::nullopt;
  if (!document.cpu)
    diagnostics.error(node.mark(), "Fargate requires that 'cpu' be defined at the task level.");
  if (!document.memory)
    diagnostics.error(node.mark(), "Fargate requires that 'memory' be defined at the task level.");
  if (cpu && memory && !is_fargate_size(*cpu, *memory))
    diagnostics.error(node.mark_of("cpu"),
                      "No Fargate configuration exists for given values: " + std::to_string(*cpu) +
                          " CPU, " + std::to_string(*memory) +
                          " memory. See the Amazon ECS documentation for the valid values.");
  if (!document.execution_role_arn &&
      std::ranges::any_of(document.container_definitions, logs_to_awslogs))
    diagnostics.error(
        node.mark(),
        "Fargate requires task definition to have execution role ARN to support log driver "
        "awslogs.");
  for (const VolumeDocument& volume : document.volumes)
    if (volume.host && volume.host->source_path)
      diagnostics.error(node.mark_of("volumes"), "volume " + json_string(volume.name) +
                                                     ": Fargate has no directories of the host");
}

void check_size(const DefinitionDocument& document, const Node& node, Diagnostics& diagnostics) {
  const auto memory = document.memory ? parse_task_memory(*document.memory) : std::nullopt;
  if (document.cpu && !parse_task_cpu(*document.cpu))
    diagnostics.error(node.mark_of("cpu"),
                      "Invalid 'cpu' setting for task: " + json_string(*document.cpu) +
                          " is neither units nor vCPUs.");
  if (document.memory && !memory)
    diagnostics.error(node.mark_of("memory"),
                      "Invalid 'memory' setting for task: " + json_string(*document.memory) +
                          " is neither MiB nor GB.");
  std::uint64_t reserved = 0;
  for (const ContainerDocument& container : document.container_definitions) {
    reserved += container.memory_reservation.value_or(container.memory.value_or(0));
    if (!document.memory && !container.memory && !container.memory_reservation)
      diagnostics.error(node.mark(), "Invalid setting for container '" + container.name +
                                         "'. At least one of 'memory' or 'memoryReservation' must "
                                         "be specified.");
    if (memory && container.memory.value_or(0) > *memory)
      diagnostics.error(node.mark(), "Invalid setting for container '" + container.name +
                                         "'. The 'memory' setting for container is greater than "
                                         "for the task.");
  }
  if (memory && reserved > *memory)
    diagnostics.error(node.mark(), "The containers reserve " + std::to_string(reserved) +
                                       " MiB together, more than the task's " +
                                       std::to_string(*memory) + " MiB.");
}

const ContainerDocument* find_container(const DefinitionDocument& document, std::string_view name) {
  for (const ContainerDocument& container : document.container_definitions)
    if (container.name == name) return &container;
  return nullptr;
}

void check_dependency(const DefinitionDocument& document, const ContainerDocument& container,
                      const DependencyDocument& dependency, const Node& node,
                      Diagnostics& diagnostics) {
  const std::string where = "container '" + container.name + "' depends on '" +
                            dependency.container_name + "' being " + dependency.condition;
  const ContainerDocument* other = find_container(document, dependency.container_name);
  if (other == nullptr) {
    diagnostics.error(node.mark(), where + ", which is not in this task definition.");
    return;
  }
  if (dependency.condition == "HEALTHY" && !other->health_check)
    diagnostics.error(node.mark(), where + ", but that has no health check.");
  if ((dependency.condition == "COMPLETE" || dependency.condition == "SUCCESS") && other->essential)
    diagnostics.error(node.mark(), where + ", but that is essential: its end stops the task.");
}

// Whether `name` is reached again from itself.
bool depends_on_itself(const DefinitionDocument& document, const std::string& name) {
  std::set<std::string> seen;
  std::vector<std::string> open = {name};
  while (!open.empty()) {
    const ContainerDocument* container = find_container(document, open.back());
    open.pop_back();
    if (container == nullptr || !container->depends_on) continue;
    for (const DependencyDocument& dependency : *container->depends_on) {
      if (dependency.container_name == name) return true;
      if (seen.insert(dependency.container_name).second) open.push_back(dependency.container_name);
    }
  }
  return false;
}

void check_references(const DefinitionDocument& document, const Node& node,
                      Diagnostics& diagnostics) {
  std::set<std::string> names, volumes;
  std::set<std::pair<std::uint16_t, std::string>> ports;
  for (const VolumeDocument& volume : document.volumes) {
    if (!is_name(volume.name))
      diagnostics.error(node.mark_of("volumes"),
                        "volume name " + json_string(volume.name) + " contains invalid characters");
    if (!volumes.insert(volume.name).second)
      diagnostics.error(node.mark_of("volumes"), "volume '" + volume.name + "' appears twice.");
  }
  for (const ContainerDocument& container : document.container_definitions) {
    if (!names.insert(container.name).second)
      diagnostics.error(node.mark(), "Container name '" + container.name + "' must be unique.");
    for (const MountPointDocument& mount : container.mount_points)
      if (!volumes.contains(mount.source_volume))
        diagnostics.error(node.mark(), "Unknown volume '" + mount.source_volume + "'.");
    for (const PortMappingDocument& port : container.port_mappings)
      if (!ports.emplace(port.container_port, port.protocol).second)
        diagnostics.error(node.mark(), "Port " + std::to_string(port.container_port) + "/" +
                                           port.protocol +
                                           " is mapped twice in this task definition.");
    if (container.depends_on)
      for (const DependencyDocument& dependency : *container.depends_on)
        check_dependency(document, container, dependency, node, diagnostics);
    if (depends_on_itself(document, container.name))
      diagnostics.error(node.mark(),
                        "container '" + container.name + "' depends on itself by dependsOn.");
  }
}

}  // namespace

bool decode(const Node& node, Unserved& value, Diagnostics& diagnostics) {
  const bool asks_for_nothing = (node.is_scalar() && node.text() == "false") ||
                                (node.is_sequence() && node.elements().empty()) ||
                                (node.is_mapping() && node.items().empty());
  if (asks_for_nothing) return true;
  diagnostics.error(node.mark(), std::string(value.why));
  return false;
}

std::optional<std::uint32_t> parse_task_cpu(std::string_view text) {
  return parse_with_unit(text, "vcpu", 1024);
}

std::optional<std::uint32_t> parse_task_memory(std::string_view text) {
  return parse_with_unit(text, "gb", 1024);
}

void PortMappingDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (container_port == 0) diagnostics.error(node.mark_of("containerPort"), "must be from 1");
  if (protocol != "tcp" && protocol != "udp")
    diagnostics.error(node.mark_of("protocol"),
                      "protocol must be tcp or udp, got " + json_string(protocol));
  if (host_port.value_or(0) != 0 && *host_port != container_port)
    diagnostics.error(
        node.mark_of("hostPort"),
        "When networkMode=awsvpc, the host ports and container ports in port mappings "
        "must match.");
}

void DependencyDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (condition != "START" && condition != "COMPLETE" && condition != "SUCCESS" &&
      condition != "HEALTHY")
    diagnostics.error(
        node.mark_of("condition"),
        "condition must be START, COMPLETE, SUCCESS or HEALTHY, got " + json_string(condition));
}

void HealthCheckDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (command.empty()) diagnostics.error(node.mark_of("command"), "command must not be empty");
  if (!command.empty() && command[0] == "CMD-SHELL" && command.size() != 2)
    diagnostics.error(node.mark_of("command"), "CMD-SHELL takes one line");
  if (!command.empty() && command[0] == "CMD" && command.size() < 2)
    diagnostics.error(node.mark_of("command"), "CMD takes a program");
  check_range(node, "interval", interval, 5, 300, diagnostics);
  check_range(node, "timeout", timeout, 2, 120, diagnostics);
  check_range(node, "retries", retries, 1, 10, diagnostics);
  check_range(node, "startPeriod", start_period.value_or(0), 0, 300, diagnostics);
}

void LogConfigurationDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (log_driver != "awslogs") {
    diagnostics.error(node.mark_of("logDriver"),
                      "this lab has the log driver awslogs alone, got " + json_string(log_driver));
    return;
  }
  static constexpr std::array<std::string_view, 6> kKnown = {
      "awslogs-group",        "awslogs-region", "awslogs-stream-prefix",
      "awslogs-create-group", "mode",           "max-buffer-size"};
  for (const auto& [name, value] : options)
    if (std::ranges::find(kKnown, name) == kKnown.end())
      diagnostics.error(node.mark_of("options"),
                        "log option " + json_string(name) + ": this lab does not support it");
  if (!options.contains("awslogs-group") || !options.contains("awslogs-region"))
    diagnostics.error(node.mark_of("options"),
                      "Log driver awslogs requires options: awslogs-region, awslogs-group");
}

void RuntimePlatformDocument::validate(const Node& node, Diagnostics& diagnostics) const {
#if defined(__aarch64__)
  constexpr std::string_view kHere = "ARM64";
#else
  constexpr std::string_view kHere = "X86_64";
#endif
  if (!cpu_architecture.empty() && cpu_architecture != kHere)
    diagnostics.error(
        node.mark_of("cpuArchitecture"),
        "this machine is " + std::string(kHere) + ", got " + json_string(cpu_architecture));
  if (!operating_system_family.empty() && operating_system_family != "LINUX")
    diagnostics.error(node.mark_of("operatingSystemFamily"),
                      "this machine is LINUX, got " + json_string(operating_system_family));
}

void ContainerDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (!is_name(name))
    diagnostics.error(node.mark_of("name"), "Container.name contains invalid characters.");
  if (image.empty())
    diagnostics.error(node.mark_of("image"), "Container.image should not be null or empty.");
  if (image.size() > kNameBytesMax || image.find_first_of(" \t\r\n") != std::string::npos)
    diagnostics.error(node.mark_of("image"), "Container.image contains invalid characters.");
  if (memory && *memory < kContainerMemoryMin)
    diagnostics.error(node.mark_of("memory"),
                      "Invalid 'memory' setting for container: must be at "
                      "least 6 MiB, got " +
                          std::to_string(*memory));
  if (memory && memory_reservation && *memory_reservation >= *memory)
    diagnostics.error(node.mark_of("memoryReservation"),
                      "Invalid setting for container '" + name +
                          "'. The 'memory' must be greater than 'memoryReservation'.");
  if (stop_timeout)
    check_range(node, "stopTimeout", *stop_timeout, 0, kStopTimeoutMax, diagnostics);
  if (environment.size() > kEnvironmentMax)
    diagnostics.error(node.mark_of("environment"), "at most " + std::to_string(kEnvironmentMax) +
                                                       " variables, got " +
                                                       std::to_string(environment.size()));
  for (const NameValue& variable : environment)
    if (variable.name.empty() || variable.name.find('=') != std::string::npos ||
        variable.name.find('\0') != std::string::npos ||
        variable.value.find('\0') != std::string::npos)
      diagnostics.error(node.mark_of("environment"),
                        "variable name " + json_string(variable.name) + ": not a name");
}

void DefinitionDocument::normalise() {
  if (cpu)
    if (const auto units = parse_task_cpu(*cpu)) cpu = std::to_string(*units);
  if (memory)
    if (const auto mib = parse_task_memory(*memory)) memory = std::to_string(*mib);
}

std::vector<std::string> DefinitionDocument::compatibilities() const {
  std::vector<std::string> all = {"EC2"};
  Diagnostics diagnostics;
  check_fargate(*this, Node(), diagnostics);
  if (!diagnostics.has_errors()) all.emplace_back("FARGATE");
  return all;
}

void DefinitionDocument::validate(const Node& node, Diagnostics& diagnostics) const {
  if (!is_name(family))
    diagnostics.error(node.mark_of("family"), "Family contains invalid characters.");
  if (network_mode != "awsvpc")
    diagnostics.error(node.mark_of("networkMode"),
                      "this lab has the network mode awsvpc alone (a task's containers share one "
                      "localhost), got " +
                          json_string(network_mode));
  if (requires_compatibilities)
    for (const std::string& one : *requires_compatibilities)
      if (one != "FARGATE" && one != "EC2")
        diagnostics.error(node.mark_of("requiresCompatibilities"),
                          "must be FARGATE or EC2, got " + json_string(one));
  if (container_definitions.empty() || container_definitions.size() > kContainersMax)
    diagnostics.error(node.mark_of("containerDefinitions"),
                      "Container list must have 1 to " + std::to_string(kContainersMax) +
                          " containers, got " + std::to_string(container_definitions.size()));
  if (std::ranges::none_of(container_definitions, &ContainerDocument::essential))
    diagnostics.error(node.mark_of("containerDefinitions"),
                      "At least one container must be essential.");
  if (tags.size() > kTagsMax)
    diagnostics.error(node.mark_of("tags"), "at most 50 tags, got " + std::to_string(tags.size()));
  check_size(*this, node, diagnostics);
  check_references(*this, node, diagnostics);
  if (!wants(*this, "FARGATE")) return;
  // Not named, it is awsvpc here; on AWS it is bridge.
  if (node.find("networkMode") == nullptr)
    diagnostics.error(node.mark(), "Fargate only supports network mode 'awsvpc'.");
  check_fargate(*this, node, diagnostics);
}

}  // namespace tributary::lab::ecs
