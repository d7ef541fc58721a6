// CPU, memory, network and disk figures of a container at one moment, however they were read.
//
// Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

namespace tributary::lab {

struct InterfaceStats {
  std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
  std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};

struct BlockIo {
  std::uint64_t major = 0, minor = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;
  std::uint64_t reads = 0, writes = 0;
};

struct ContainerStats {
  Timestamp read;
  std::uint64_t cpu_total_ns = 0;
  std::uint64_t cpu_user_ns = 0;
  std::uint64_t cpu_system_ns = 0;
  std::vector<std::uint64_t> per_cpu_ns;  // empty where the kernel does not tell (cgroup v2)
  std::uint64_t machine_cpu_ns = 0;       // all CPUs, all states: Docker's system_cpu_usage
  std::uint32_t cpus_online = 0;
  std::uint64_t throttling_periods = 0, throttled_periods = 0, throttled_ns = 0;
  std::uint64_t memory_bytes = 0;  // cache included, as Docker's "usage"
  std::uint64_t memory_max_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;                // 0: none
  std::map<std::string, std::uint64_t> memory_detail;  // memory.stat: "cache", "rss", ...
  std::vector<BlockIo> block_io;
  std::uint32_t processes = 0;
  std::map<std::string, InterfaceStats> networks;  // of the task, by interface: "eth0"
};

}  // namespace tributary::lab
