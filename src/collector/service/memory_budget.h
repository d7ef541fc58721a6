// How much memory the collector may use, and for what: from the limit of its container, which is
// what kills it, and not from the machine's memory. A memory_limiter sets it by hand.
//
// Sources: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tributary::collector {

// The text of a file, nothing where it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;
std::optional<std::string> read_small_file(const std::string& path);

struct MemoryLimit {
  std::uint64_t bytes = 0;
  bool of_container = false;  // else it is all the memory of the machine
};

// The least limit of our cgroup and those around it (v2 memory.max, v1 memory.limit_in_bytes), or
// the machine's memory where none is set.
MemoryLimit find_memory_limit(const ReadFile& read = read_small_file);

// What the collector may use as a whole: most of its container's limit; a small part of a machine
// that is not its own.
struct MemoryBudget {
  static constexpr double kShareOfContainer = 0.8;
  static constexpr double kShareOfMachine = 1.0 / 16;
  static constexpr std::uint64_t kOfMachineMax = 256U << 20;
  static constexpr double kShareOfQueues = 0.5;
  static constexpr std::uint64_t kQueueMin = 4U << 20;
  static constexpr std::uint64_t kQueueMax = 512U << 20;

  // `by_hand`: what a memory_limiter says, in bytes.
  static MemoryBudget make(MemoryLimit limit, std::optional<std::uint64_t> by_hand);

  // What each of so many exporters may keep waiting in memory.
  std::uint64_t queue_bytes(std::size_t exporters) const;

  std::uint64_t bytes = 0;
};

// Of this process, as the kernel counts it.
std::uint64_t resident_bytes();

// Gives back to the system what the heap does not use, and the pages of the program that have not
// been run for a while: what is needed again is mapped again, without reading it from disk.
void release_unused_memory();

}  // namespace tributary::collector
