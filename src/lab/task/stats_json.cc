#include "lab/task/stats_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>

#include "base/time_text.h"

namespace tributary::lab {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr const char* kNoTime = "0001-01-01T00:00:00Z";

void member(Json& json, const char* key, std::string_view value) {
  json.Key(key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}
void member(Json& json, const char* key, std::uint64_t value) {
  json.Key(key);
  json.Uint64(value);
}

void write_cpu(Json& json, const char* key, const ContainerStats* stats) {
  const ContainerStats none;
  const ContainerStats& from = stats != nullptr ? *stats : none;
  json.Key(key);
  json.StartObject();
  json.Key("cpu_usage");
  json.StartObject();
  member(json, "total_usage", from.cpu_total_ns);
  if (!from.per_cpu_ns.empty()) {
    json.Key("percpu_usage");
    json.StartArray();
    for (const std::uint64_t one : from.per_cpu_ns) json.Uint64(one);
    json.EndArray();
  }
  member(json, "usage_in_kernelmode", from.cpu_system_ns);
  member(json, "usage_in_usermode", from.cpu_user_ns);
  json.EndObject();
  if (stats != nullptr) {
    member(json, "system_cpu_usage", from.machine_cpu_ns);
    member(json, "online_cpus", std::uint64_t{from.cpus_online});
  }
  json.Key("throttling_data");
  json.StartObject();
  member(json, "periods", from.throttling_periods);
  member(json, "throttled_periods", from.throttled_periods);
  member(json, "throttled_time", from.throttled_ns);
  json.EndObject();
  json.EndObject();
}

void write_memory(Json& json, const ContainerStats& stats, std::uint64_t limit) {
  std::map<std::string, std::uint64_t> detail = stats.memory_detail;
  // Whoever wants what is really used takes the cache away, by its name in version 1. It never is
  // more than the whole, though the kernel counts the two at different moments.
  if (!detail.contains("cache")) detail["cache"] = detail.contains("file") ? detail["file"] : 0;
  detail["cache"] = std::min(detail["cache"], stats.memory_bytes);
  json.Key("memory_stats");
  json.StartObject();
  member(json, "usage", stats.memory_bytes);
  member(json, "max_usage", std::max(stats.memory_max_bytes, stats.memory_bytes));
  json.Key("stats");
  json.StartObject();
  for (const auto& [name, value] : detail) member(json, name.c_str(), value);
  json.EndObject();
  member(json, "limit", limit);
  json.EndObject();
}

void write_networks(Json& json, const ContainerStats& stats) {
  if (stats.networks.empty()) return;
  json.Key("networks");
  json.StartObject();
  for (const auto& [name, one] : stats.networks) {
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
  }
  json.EndObject();
}

struct Traffic {
  std::uint64_t rx = 0, tx = 0;
};
Traffic traffic_of(const ContainerStats& stats) {
  Traffic sum;
  for (const auto& [name, one] : stats.networks) {
    sum.rx += one.rx_bytes;
    sum.tx += one.tx_bytes;
  }
  return sum;
}

void write_rates(Json& json, const ContainerStats* before, const ContainerStats& now) {
  if (before == nullptr || now.networks.empty()) return;
  const Traffic from = traffic_of(*before);
  const Traffic to = traffic_of(now);
  const double seconds = std::chrono::duration<double>(now.read - before->read).count();
  const auto rate = [seconds](std::uint64_t first, std::uint64_t last) {
    return seconds > 0 && last >= first ? static_cast<double>(last - first) / seconds : 0.0;
  };
  json.Key("network_rate_stats");
  json.StartObject();
  json.Key("rx_bytes_per_sec");
  json.Double(rate(from.rx, to.rx));
  json.Key("tx_bytes_per_sec");
  json.Double(rate(from.tx, to.tx));
  json.EndObject();
}

void write_device(Json& json, const BlockIo& device, const char* op, std::uint64_t value) {
  json.StartObject();
  member(json, "major", device.major);
  member(json, "minor", device.minor);
  member(json, "op", op);
  member(json, "value", value);
  json.EndObject();
}

// "Read" and "Write" as version 1 spells them: what reads these figures looks for that.
void write_devices(Json& json, const char* key, const std::vector<BlockIo>& devices,
                   std::uint64_t BlockIo::* reads, std::uint64_t BlockIo::* writes) {
  json.Key(key);
  json.StartArray();
  for (const BlockIo& device : devices) {
    write_device(json, device, "Read", device.*reads);
    write_device(json, device, "Write", device.*writes);
    write_device(json, device, "Total", device.*reads + device.*writes);
  }
  json.EndArray();
}

void write_blkio(Json& json, const ContainerStats& stats) {
  json.Key("blkio_stats");
  json.StartObject();
  write_devices(json, "io_service_bytes_recursive", stats.block_io, &BlockIo::read_bytes,
                &BlockIo::write_bytes);
  write_devices(json, "io_serviced_recursive", stats.block_io, &BlockIo::reads, &BlockIo::writes);
  for (const char* empty :
       {"io_queue_recursive", "io_service_time_recursive", "io_wait_time_recursive",
        "io_merged_recursive", "io_time_recursive", "sectors_recursive"}) {
    json.Key(empty);
    json.StartArray();
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace

std::string go_time(Timestamp time) {
  std::string text = iso8601(time, 9);
  text.pop_back();  // Z
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "Z";
}

std::string stats_json(const StatsDocument& document) {
  const ContainerStats& now = document.now;
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  member(json, "read", go_time(now.read));
  // Docker's first reading has Go's zero time in its place.
  member(json, "preread", document.before != nullptr ? go_time(document.before->read) : kNoTime);
  json.Key("pids_stats");
  json.StartObject();
  member(json, "current", std::uint64_t{now.processes});
  json.EndObject();
  write_blkio(json, now);
  member(json, "num_procs", std::uint64_t{0});  // Windows' own, as the next
  json.Key("storage_stats");
  json.StartObject();
  json.EndObject();
  write_cpu(json, "cpu_stats", &now);
  write_cpu(json, "precpu_stats", document.before);
  write_memory(json, now, document.memory_limit);
  member(json, "name", document.name);
  member(json, "id", document.id);
  write_networks(json, now);
  write_rates(json, document.before, now);
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace tributary::lab
