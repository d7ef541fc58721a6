#include "lab/metadata.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/time_text.h"

namespace tributary::lab {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// As Docker and the agent write times.
std::string rfc3339(Timestamp time) { return iso8601(time, 9); }

void member(Json& json, const char* key, std::string_view value) {
  json.Key(key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}
void member(Json& json, const char* key, std::uint64_t value) {
  json.Key(key);
  json.Uint64(value);
}

const char* known_status(ContainerStatus status) {
  switch (status) {
    case ContainerStatus::created: return "CREATED";
    case ContainerStatus::running: return "RUNNING";
    case ContainerStatus::stopped: return "STOPPED";
  }
  return "NONE";
}

const char* task_status(const TaskState& state) {
  bool any_running = false;
  bool all_stopped = true;
  for (const ContainerState& container : state.containers) {
    any_running |= container.status == ContainerStatus::running;
    all_stopped &= container.status == ContainerStatus::stopped;
  }
  return any_running ? "RUNNING" : all_stopped ? "STOPPED" : "PENDING";
}

void write_limits(Json& json, double cpu, std::uint64_t memory) {
  json.Key("Limits");
  json.StartObject();
  json.Key("CPU");
  json.Double(cpu);
  if (memory > 0) member(json, "Memory", memory);
  json.EndObject();
}

void write_container(Json& json, const TaskSpec& spec, const TaskState& state, std::size_t index) {
  const ContainerSpec& container = spec.containers[index];
  const ContainerState& now = state.containers[index];
  json.StartObject();
  member(json, "DockerId", now.docker_id);
  member(json, "Name", container.name);
  member(json, "DockerName", "ecs-" + spec.family + "-" + spec.revision + "-" + container.name);
  member(json, "Image", container.image);
  member(json, "ImageID", "");  // a process has none
  member(json, "DesiredStatus", "RUNNING");
  member(json, "KnownStatus", known_status(now.status));
  // An agent on Fargate reports two units for a container without a setting of its own.
  write_limits(json, container.cpu_units > 0 ? container.cpu_units : 2, container.memory_mib);
  member(json, "CreatedAt", rfc3339(now.created_at));
  if (now.started_at) member(json, "StartedAt", rfc3339(*now.started_at));
  if (now.finished_at) member(json, "FinishedAt", rfc3339(*now.finished_at));
  if (now.exit_code) {
    json.Key("ExitCode");
    json.Int(*now.exit_code);
  }
  member(json, "Type", "NORMAL");
  member(json, "ContainerARN",
         "arn:aws:ecs:" + spec.region + ":" + spec.account + ":container/" + spec.cluster + "/" +
             spec.task_id + "/" + now.docker_id);
  json.Key("Networks");
  json.StartArray();
  json.StartObject();
  member(json, "NetworkMode", "awsvpc");
  json.Key("IPv4Addresses");
  json.StartArray();
  json.String("127.0.0.1");
  json.EndArray();
  json.EndObject();
  json.EndArray();
  json.EndObject();
}

void write_cpu(Json& json, const char* key, const std::optional<ProcessStats>& stats) {
  json.Key(key);
  json.StartObject();
  json.Key("cpu_usage");
  json.StartObject();
  member(json, "total_usage", stats ? stats->cpu_user_ns + stats->cpu_system_ns : 0);
  member(json, "usage_in_kernelmode", stats ? stats->cpu_system_ns : 0);
  member(json, "usage_in_usermode", stats ? stats->cpu_user_ns : 0);
  json.EndObject();
  if (stats) {
    member(json, "system_cpu_usage", stats->machine_cpu_ns);
    member(json, "online_cpus", stats->cpus_online);
  }
  json.EndObject();
}

void write_networks(Json& json, const Readings& readings) {
  json.Key("networks");
  json.StartObject();
  std::uint64_t rx = 0;
  std::uint64_t tx = 0;
  for (const auto& [name, one] : readings.now->networks) {
    json.Key(name.c_str());
    json.StartObject();
    member(json, "rx_bytes", one.rx_bytes);
    member(json, "rx_packets", one.rx_packets);
    member(json, "rx_errors", one.rx_errors);
    member(json, "rx_dropped", one.rx_dropped);
    member(json, "tx_bytes", one.tx_bytes);
    member(json, "tx_packets", one.tx_packets);
    member(json, "tx_errors", one.tx_errors);
    member(json, "tx_dropped", one.tx_dropped);
    json.EndObject();
    rx += one.rx_bytes;
    tx += one.tx_bytes;
  }
  json.EndObject();
  if (!readings.before || readings.before->networks.empty()) return;
  std::uint64_t rx_before = 0;
  std::uint64_t tx_before = 0;
  for (const auto& [name, one] : readings.before->networks) {
    rx_before += one.rx_bytes;
    tx_before += one.tx_bytes;
  }
  const double seconds =
      std::chrono::duration<double>(readings.now->read - readings.before->read).count();
  const auto rate = [seconds](std::uint64_t to, std::uint64_t from) {
    return seconds > 0 && to >= from ? static_cast<double>(to - from) / seconds : 0.0;
  };
  json.Key("network_rate_stats");
  json.StartObject();
  json.Key("rx_bytes_per_sec");
  json.Double(rate(rx, rx_before));
  json.Key("tx_bytes_per_sec");
  json.Double(rate(tx, tx_before));
  json.EndObject();
}

void write_blkio(Json& json, const ProcessStats& stats) {
  const auto entry = [&json](const char* op, std::uint64_t value) {
    json.StartObject();
    member(json, "major", std::uint64_t{0});
    member(json, "minor", std::uint64_t{0});
    member(json, "op", op);
    member(json, "value", value);
    json.EndObject();
  };
  json.Key("blkio_stats");
  json.StartObject();
  json.Key("io_service_bytes_recursive");
  json.StartArray();
  entry("Read", stats.read_bytes);
  entry("Write", stats.write_bytes);
  json.EndArray();
  json.EndObject();
}

void write_stats(Json& json, const TaskSpec& spec, const TaskState& state,
                 const std::vector<Readings>& all, std::size_t index,
                 std::uint64_t machine_memory) {
  const Readings& readings = all[index];
  if (!readings.now || state.containers[index].status != ContainerStatus::running) {
    json.Null();
    return;
  }
  const ProcessStats& stats = *readings.now;
  const std::uint64_t memory_mib =
      spec.containers[index].memory_mib > 0 ? spec.containers[index].memory_mib : spec.memory_mib;
  json.StartObject();
  member(json, "read", rfc3339(stats.read));
  // Docker's first reading has a time before the year 1 in its place.
  member(json, "preread",
         readings.before ? rfc3339(readings.before->read) : "0001-01-01T00:00:00Z");
  member(json, "id", state.containers[index].docker_id);
  member(json, "name",
         "/ecs-" + spec.family + "-" + spec.revision + "-" + spec.containers[index].name);
  write_cpu(json, "cpu_stats", readings.now);
  write_cpu(json, "precpu_stats", readings.before);
  json.Key("memory_stats");
  json.StartObject();
  member(json, "usage", stats.memory_bytes);
  member(json, "max_usage", stats.memory_max_bytes);
  member(json, "limit", memory_mib > 0 ? memory_mib << 20 : machine_memory);
  json.Key("stats");
  json.StartObject();
  member(json, "rss", stats.memory_bytes);
  member(json, "cache", std::uint64_t{0});
  json.EndObject();
  json.EndObject();
  json.Key("pids_stats");
  json.StartObject();
  member(json, "current", stats.processes);
  json.EndObject();
  write_networks(json, readings);
  write_blkio(json, stats);
  json.EndObject();
}

template <class Write>
std::string document(Write&& write) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  write(json);
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace

std::string task_json(const TaskSpec& spec, const TaskState& state) {
  return document([&](Json& json) {
    json.StartObject();
    member(json, "Cluster",
           "arn:aws:ecs:" + spec.region + ":" + spec.account + ":cluster/" + spec.cluster);
    member(json, "TaskARN", spec.task_arn());
    member(json, "Family", spec.family);
    member(json, "Revision", spec.revision);
    member(json, "ServiceName", spec.service);
    member(json, "DesiredStatus", "RUNNING");
    member(json, "KnownStatus", task_status(state));
    if (spec.cpu > 0 || spec.memory_mib > 0) write_limits(json, spec.cpu, spec.memory_mib);
    member(json, "PullStartedAt", rfc3339(state.pull_started_at));
    member(json, "PullStoppedAt", rfc3339(state.pull_stopped_at));
    member(json, "AvailabilityZone", spec.region + "a");
    member(json, "LaunchType", "FARGATE");
    json.Key("Containers");
    json.StartArray();
    for (std::size_t i = 0; i < spec.containers.size(); ++i) write_container(json, spec, state, i);
    json.EndArray();
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
    for (std::size_t i = 0; i < spec.containers.size(); ++i) {
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
