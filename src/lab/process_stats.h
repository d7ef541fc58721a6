// CPU, memory, network and disk figures of a process and its descendants, from /proc (proc(5)).
//
// Where a process of the lab has no cgroup and no network namespace of its own, the network is that
// of the machine: containers of a task share it, as with awsvpc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tributary::lab {

struct InterfaceStats {
  std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
  std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};

struct ProcessStats {
  Timestamp read;
  std::uint64_t cpu_user_ns = 0;
  std::uint64_t cpu_system_ns = 0;
  std::uint64_t machine_cpu_ns = 0;  // all CPUs, all states: Docker's system_cpu_usage
  std::uint32_t cpus_online = 0;
  std::uint64_t memory_bytes = 0;      // resident
  std::uint64_t memory_max_bytes = 0;  // highest resident
  std::uint64_t read_bytes = 0;        // from storage
  std::uint64_t write_bytes = 0;
  std::uint32_t processes = 0;
  std::map<std::string, InterfaceStats> networks;
};

// The text of a file, or nothing where it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;
std::optional<std::string> read_file(const std::string& path);

// Nothing once the process is gone.
std::optional<ProcessStats> read_process_stats(pid_t pid, Timestamp now, const ReadFile& read);

std::uint64_t memory_of_machine(const ReadFile& read);  // bytes: the limit where none is set

}  // namespace tributary::lab
