#include "lab/task/metadata.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/strings.h"
#include "base/time_text.h"
#include "lab/task/stats_json.h"

namespace tributary::lab {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// What an agent gives a container that asks for less, since Docker's shares begin there.
constexpr double kCpuUnitsMin = 2;

void member(Json& json, const char* key, std::string_view value) {
  json.Key(key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}
void member(Json& json, const char* key, std::uint64_t value) {
  json.Key(key);
  json.Uint64(value);
}
void member(Json& json, const char* key, const std::optional<Timestamp>& time) {
  if (time) member(json, key, go_time(*time));
}
void member(Json& json, const char* key, const std::map<std::string, std::string>& values) {
  json.Key(key);
  json.StartObject();
  for (const auto& [name, value] : values) member(json, name.c_str(), value);
  json.EndObject();
}
void member_if(Json& json, const char* key, std::string_view value) {
  if (!value.empty()) member(json, key, value);
}

const char* status_name(Status status) {
  switch (status) {
    case Status::none: return "NONE";
    case Status::pending: return "PENDING";
    case Status::pulled: return "PULLED";
    case Status::created: return "CREATED";
    case Status::running:
    case Status::stopping: return "RUNNING";  // an agent knows no more until it has stopped
    case Status::stopped: return "STOPPED";
  }
  return "NONE";
}

const char* desired_name(const TaskState& state) {
  return state.desired >= Status::stopping ? "STOPPED" : "RUNNING";
}

bool is_fargate(const TaskSpec& spec) { return spec.launch_type == "FARGATE"; }

std::string docker_name(const TaskSpec& spec, const ContainerDefinition& container) {
  if (is_fargate(spec)) return container.name;
  return "ecs-" + spec.definition.family + "-" + std::to_string(spec.definition.revision) + "-" +
         container.name;
}

void write_limits(Json& json, double cpu, std::uint64_t memory) {
  json.Key("Limits");
  json.StartObject();
  if (cpu > 0) {
    json.Key("CPU");
    json.Double(cpu);
  }
  if (memory > 0) member(json, "Memory", memory);
  json.EndObject();
}

void write_labels(Json& json, const TaskSpec& spec, const ContainerDefinition& container) {
  std::map<std::string, std::string> labels = container.docker_labels;
  labels["com.amazonaws.ecs.cluster"] = is_fargate(spec) ? spec.cluster_arn() : spec.cluster;
  labels["com.amazonaws.ecs.container-name"] = container.name;
  labels["com.amazonaws.ecs.task-arn"] = spec.arn();
  labels["com.amazonaws.ecs.task-definition-family"] = spec.definition.family;
  labels["com.amazonaws.ecs.task-definition-version"] = std::to_string(spec.definition.revision);
  member(json, "Labels", labels);
}

void write_ports(Json& json, const ContainerDefinition& container) {
  if (container.port_mappings.empty()) return;
  json.Key("Ports");
  json.StartArray();
  for (const PortMapping& port : container.port_mappings) {
    json.StartObject();
    member(json, "ContainerPort", std::uint64_t{port.container_port});
    member(json, "Protocol", "tcp");
    member(json, "HostPort", std::uint64_t{port.container_port});  // of the task's own interface
    json.EndObject();
  }
  json.EndArray();
}

void write_health(Json& json, const ContainerDefinition& container, const ContainerState& now) {
  if (!container.health_check) return;
  json.Key("Health");
  json.StartObject();
  if (now.health != Health::unknown) {
    member(json, "status", now.health == Health::healthy ? "HEALTHY" : "UNHEALTHY");
    member(json, "statusSince", now.health_since);
  }
  if (now.health_exit_code != 0) {
    json.Key("exitCode");
    json.Int(now.health_exit_code);
  }
  json.EndObject();
}

void write_volumes(Json& json, const TaskSpec& spec, const ContainerDefinition& container) {
  if (container.mount_points.empty()) return;
  json.Key("Volumes");
  json.StartArray();
  for (const MountPoint& mount : container.mount_points) {
    json.StartObject();
    const auto volume = std::ranges::find(spec.definition.volumes, mount.volume, &Volume::name);
    if (volume == spec.definition.volumes.end() || volume->host_path.empty())
      member(json, "DockerName", mount.volume);
    else
      member(json, "Source", volume->host_path);
    member(json, "Destination", mount.container_path);
    json.EndObject();
  }
  json.EndArray();
}

void write_log(Json& json, const TaskSpec& spec, const ContainerDefinition& container) {
  if (!container.log_configuration) return;
  member(json, "LogDriver", container.log_configuration->driver);
  std::map<std::string, std::string> options = container.log_configuration->options;
  if (const std::string stream = log_stream_name(spec, container); !stream.empty()) {
    options["awslogs-stream"] = stream;
    options.erase("awslogs-stream-prefix");
  }
  member(json, "LogOptions", options);
}

void write_networks(Json& json, const TaskState& state) {
  json.Key("Networks");
  json.StartArray();
  json.StartObject();
  member(json, "NetworkMode", "awsvpc");
  json.Key("IPv4Addresses");
  json.StartArray();
  if (!state.address.empty()) json.String(state.address.c_str());
  json.EndArray();
  member(json, "AttachmentIndex", std::uint64_t{0});
  json.EndObject();
  json.EndArray();
}

void write_container(Json& json, const TaskSpec& spec, const TaskState& state, std::size_t index) {
  const ContainerDefinition& container = spec.definition.containers[index];
  const ContainerState& now = state.containers[index];
  json.StartObject();
  member(json, "DockerId", now.docker_id);
  member(json, "Name", container.name);
  member(json, "DockerName", docker_name(spec, container));
  member(json, "Image", container.image);
  member(json, "ImageID", now.image_id.empty() ? now.image_digest : now.image_id);
  write_ports(json, container);
  write_labels(json, spec, container);
  member(json, "DesiredStatus", desired_name(state));
  member(json, "KnownStatus", status_name(now.status));
  if (now.exit_code) {
    json.Key("ExitCode");
    json.Int(*now.exit_code);
  }
  write_limits(json, std::max<double>(container.cpu_units, kCpuUnitsMin), container.memory_mib);
  member(json, "CreatedAt", now.created_at);
  member(json, "StartedAt", now.started_at);
  member(json, "FinishedAt", now.finished_at);
  member(json, "Type", "NORMAL");
  write_health(json, container, now);
  write_volumes(json, spec, container);
  write_log(json, spec, container);
  member(json, "ContainerARN", container_arn(spec, container.name));
  write_networks(json, state);
  json.EndObject();
}

// The container's own limit, else the task's, else the machine's.
std::uint64_t memory_limit(const TaskSpec& spec, std::size_t index, const ContainerStats& stats,
                           std::uint64_t machine_memory) {
  if (stats.memory_limit_bytes > 0) return stats.memory_limit_bytes;
  const std::uint64_t own = spec.definition.containers[index].memory_mib;
  const std::uint64_t mib = own > 0 ? own : spec.definition.memory_mib;
  return mib > 0 ? mib << 20 : machine_memory;
}

void write_stats(Json& json, const TaskSpec& spec, const TaskState& state,
                 const std::vector<Readings>& all, std::size_t index,
                 std::uint64_t machine_memory) {
  const Readings& readings = all[index];
  if (!readings.now || state.containers[index].status != Status::running) {
    json.Null();
    return;
  }
  const std::string text =
      stats_json({.id = state.containers[index].docker_id,
                  .name = "/" + docker_name(spec, spec.definition.containers[index]),
                  .memory_limit = memory_limit(spec, index, *readings.now, machine_memory),
                  .before = readings.before ? &*readings.before : nullptr,
                  .now = *readings.now});
  json.RawValue(text.data(), text.size(), rapidjson::kObjectType);
}

template <class Write>
std::string document(Write&& write) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  write(json);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace

Status least_advanced(const TaskState& state) {
  Status least = Status::stopped;
  for (const ContainerState& container : state.containers)
    least =
        std::min(least, container.status == Status::stopping ? Status::running : container.status);
  return least;
}

std::string container_arn(const TaskSpec& spec, std::string_view container) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t hash = hash64(spec.id + "/" + std::string(container), i / 8);
    bytes[i] = static_cast<std::uint8_t>(hash >> (8 * (i % 8)));
  }
  std::string uuid = to_hex(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) uuid.insert(at, "-");
  return "arn:aws:ecs:" + spec.region + ":" + spec.account + ":container/" + spec.cluster + "/" +
         spec.id + "/" + uuid;
}

std::string log_stream_name(const TaskSpec& spec, const ContainerDefinition& container) {
  if (!container.log_configuration) return {};
  const auto& options = container.log_configuration->options;
  const auto prefix = options.find("awslogs-stream-prefix");
  if (prefix == options.end()) return {};
  return prefix->second + "/" + container.name + "/" + spec.id;
}

std::string task_json(const TaskSpec& spec, const TaskState& state, Tags tags) {
  const TaskDefinition& definition = spec.definition;
  return document([&](Json& json) {
    json.StartObject();
    member(json, "Cluster", is_fargate(spec) ? spec.cluster_arn() : spec.cluster);
    member(json, "TaskARN", spec.arn());
    member(json, "Family", definition.family);
    member(json, "Revision", std::to_string(definition.revision));
    member_if(json, "ServiceName", spec.service);
    member(json, "DesiredStatus", desired_name(state));
    member(json, "KnownStatus", status_name(least_advanced(state)));
    if (definition.cpu_units > 0 || definition.memory_mib > 0)
      write_limits(json, definition.cpu_units / 1024.0, definition.memory_mib);
    member(json, "PullStartedAt", state.pull_started_at);
    member(json, "PullStoppedAt", state.pull_stopped_at);
    member(json, "ExecutionStoppedAt", state.execution_stopped_at);
    member(json, "AvailabilityZone", spec.region + "a");
    if (tags == Tags::shown) member(json, "TaskTags", spec.tags);
    member(json, "LaunchType", spec.launch_type);
    json.Key("Containers");
    json.StartArray();
    for (std::size_t i = 0; i < definition.containers.size(); ++i)
      if (state.containers[i].status >= Status::pulled) write_container(json, spec, state, i);
    json.EndArray();
    json.Key("FaultInjectionEnabled");
    json.Bool(false);
    json.EndObject();
  });
}

std::string container_json(const TaskSpec& spec, const TaskState& state, std::size_t index) {
  return document([&](Json& json) { write_container(json, spec, state, index); });
}

std::string task_stats_json(const TaskSpec& spec, const TaskState& state,
                            const std::vector<Readings>& readings, std::uint64_t machine_memory) {
  return document([&](Json& json) {
    json.StartObject();
    for (std::size_t i = 0; i < spec.definition.containers.size(); ++i) {
      if (state.containers[i].docker_id.empty()) continue;
      json.Key(state.containers[i].docker_id.c_str());
      write_stats(json, spec, state, readings, i, machine_memory);
    }
    json.EndObject();
  });
}

std::string container_stats_json(const TaskSpec& spec, const TaskState& state,
                                 const std::vector<Readings>& readings, std::size_t index,
                                 std::uint64_t machine_memory) {
  return document(
      [&](Json& json) { write_stats(json, spec, state, readings, index, machine_memory); });
}

}  // namespace tributary::lab
