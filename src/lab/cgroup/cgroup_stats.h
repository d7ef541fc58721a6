// CPU, memory, disk and process figures of a cgroup, version 1 or 2, as Docker shows them. Memory
// keeps its cache in: memory_detail has what it consists of.
//
// Threads: none; reads a dozen small files of the kernel.
#pragma once

#include <optional>

#include "base/clock.h"
#include "lab/cgroup/cgroup.h"
#include "lab/task/container_stats.h"

namespace tributary::lab {

// Without networks, which no cgroup counts. Nothing once the cgroup is gone. A limit that is higher
// than any machine's memory is none.
std::optional<ContainerStats> read_cgroup_stats(const CgroupDirectories& directories, Timestamp now,
                                                const ReadText& read);

// From /proc/stat: what all CPUs have spent in all states, and how many there are.
struct MachineCpu {
  std::uint64_t total_ns = 0;
  std::uint32_t cpus_online = 0;
};
MachineCpu read_machine_cpu(const ReadText& read);

}  // namespace tributary::lab
