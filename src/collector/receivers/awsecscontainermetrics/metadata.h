// The two documents of the ECS task metadata endpoint, version 4: the task (`<base>/task`) and the
// Docker statistics of its containers (`<base>/task/stats`).
//
// Decoding follows Go's encoding/json, which the collectors before us used: names match in any
// case, unknown ones are skipped, null leaves the zero value, an unsigned field refuses a sign or a
// fraction, and one wrong value refuses the document (spec: collector-spec.md, 1.1 and 1.2).
//
// Values, no threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collector/receivers/awsecscontainermetrics/rfc3339.h"

namespace tributary::collector::awsecscontainermetrics {

// A container's CPU is in CPU units, a task's in vCPU.
struct Limits {
  std::optional<double> cpu;
  std::optional<std::uint64_t> memory_mib;
};

struct EphemeralStorage {
  std::int64_t utilized_mib = 0;
  std::int64_t reserved_mib = 0;
};

struct ContainerMetadata {
  std::string docker_id;
  std::string name;
  std::string docker_name;
  std::string image;
  std::string image_id;
  std::string known_status;
  std::optional<std::int64_t> exit_code;
  std::string created_at;
  std::string started_at;
  std::string finished_at;
  Limits limits;
};

struct TaskMetadata {
  std::string cluster;
  std::string task_arn;
  std::string family;
  std::string revision;
  std::string service_name;
  std::string known_status;
  std::string launch_type;
  std::string availability_zone;
  std::string pull_started_at;
  std::string pull_stopped_at;
  Limits limits;
  std::optional<EphemeralStorage> ephemeral_storage;
  std::vector<ContainerMetadata> containers;
};

struct MemoryStats {
  std::uint64_t usage = 0;
  std::uint64_t max_usage = 0;
  std::uint64_t limit = 0;
  std::optional<std::map<std::string, std::uint64_t, std::less<>>> stats;
};

struct CpuUsage {
  std::uint64_t total = 0;
  std::uint64_t kernel_mode = 0;
  std::uint64_t user_mode = 0;
  std::size_t cores = 0;  // how many entries percpu_usage has
};

struct CpuStats {
  std::optional<CpuUsage> usage;
  std::uint64_t online_cpus = 0;
  std::uint64_t system_usage = 0;
};

struct NetworkStats {
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_errors = 0;
  std::uint64_t rx_dropped = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_errors = 0;
  std::uint64_t tx_dropped = 0;
};

struct NetworkRates {
  double rx_bytes_per_second = 0;
  double tx_bytes_per_second = 0;
};

struct BlockIoEntry {
  std::string op;
  std::uint64_t value = 0;
};

struct ContainerStats {
  std::string id;
  UtcTime read;
  UtcTime preread;
  MemoryStats memory;
  std::optional<CpuStats> cpu;
  std::optional<CpuStats> previous_cpu;
  std::map<std::string, NetworkStats> networks;
  NetworkRates network_rates;
  std::vector<BlockIoEntry> block_io;
};

// By Docker id; a container without statistics is there without a value.
using TaskStats = std::map<std::string, std::optional<ContainerStats>, std::less<>>;

// Bytes after the document are ignored.
Result<TaskMetadata> parse_task_metadata(std::string_view json);
Result<TaskStats> parse_task_stats(std::string_view json);

}  // namespace tributary::collector::awsecscontainermetrics
