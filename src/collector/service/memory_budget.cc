#include "collector/service/memory_budget.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "base/strings.h"

// Set by the linker: the bounds of what is only read and run.
extern "C" const char __executable_start;  // NOLINT(readability-identifier-naming)
extern "C" const char etext;               // NOLINT(readability-identifier-naming)

namespace tributary::collector {
namespace {

constexpr std::string_view kMount = "/sys/fs/cgroup";

std::optional<std::uint64_t> first_number(std::string_view text) {
  return parse_uint64(text.substr(0, text.find_first_not_of("0123456789")));
}

// `folder` and those around it, up to the root.
std::vector<std::string> with_parents(std::string folder) {
  std::vector<std::string> all;
  while (!folder.empty() && folder != "/") {
    all.push_back(folder);
    folder.resize(folder.rfind('/'));
  }
  all.emplace_back();
  return all;
}

// One line of /proc/self/cgroup, "<number>:<controllers>:<folder>": the files that may hold limits.
std::vector<std::string> limit_files(std::string_view line) {
  const std::vector<std::string_view> parts = split(line, ':');
  if (parts.size() != 3 || !parts[2].starts_with('/')) return {};
  const bool is_v2 = parts[0] == "0" && parts[1].empty();
  const std::vector<std::string_view> controllers = split(parts[1], ',');
  const bool is_v1 =
      std::find(controllers.begin(), controllers.end(), "memory") != controllers.end();
  if (!is_v1 && !is_v2) return {};
  // Seen from a namespace that we are outside of, the folder says "..".
  const bool strange = parts[2].find("/..") != parts[2].npos;
  std::vector<std::string> files;
  for (const std::string& folder : with_parents(strange ? "" : std::string(parts[2])))
    files.push_back(std::string(kMount) + (is_v2 ? folder + "/memory.max"
                                                 : "/memory" + folder + "/memory.limit_in_bytes"));
  return files;
}

std::uint64_t machine_memory(const ReadFile& read) {
  constexpr std::string_view kKey = "MemTotal:";
  const std::string text = read("/proc/meminfo").value_or("");
  const std::size_t at = text.find(kKey);
  if (at == text.npos) return 0;
  std::string_view rest = std::string_view(text).substr(at + kKey.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return first_number(rest).value_or(0) * 1024;
}

}  // namespace

std::optional<std::string> read_small_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return std::nullopt;
  std::string text(16U << 10, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

MemoryLimit find_memory_limit(const ReadFile& read) {
  MemoryLimit limit{.bytes = machine_memory(read)};
  const std::string cgroups = read("/proc/self/cgroup").value_or("");
  for (const std::string_view line : split(cgroups, '\n')) {
    for (const std::string& path : limit_files(line)) {
      // "max", or a number above all memory, where there is none.
      const auto bytes = first_number(read(path).value_or(""));
      if (!bytes || *bytes == 0 || (limit.bytes != 0 && *bytes >= limit.bytes)) continue;
      limit = {.bytes = *bytes, .of_container = true};
    }
  }
  return limit;
}

MemoryBudget MemoryBudget::make(MemoryLimit limit, std::optional<std::uint64_t> by_hand) {
  const auto share = [&limit](double of) {
    return static_cast<std::uint64_t>(static_cast<double>(limit.bytes) * of);
  };
  MemoryBudget budget;
  if (by_hand) {
    budget.bytes = *by_hand;
  } else if (limit.of_container) {
    budget.bytes = share(kShareOfContainer);
  } else {
    budget.bytes = std::min(share(kShareOfMachine), kOfMachineMax);
  }
  return budget;
}

std::uint64_t MemoryBudget::queue_bytes(std::size_t exporters) const {
  const double all = static_cast<double>(bytes) * kShareOfQueues;
  const double each = all / static_cast<double>(std::max<std::size_t>(exporters, 1));
  return std::clamp(static_cast<std::uint64_t>(each), kQueueMin, kQueueMax);
}

std::uint64_t resident_bytes() {
  const std::string text = read_small_file("/proc/self/statm").value_or("");
  const std::size_t space = text.find(' ');
  if (space == text.npos) return 0;
  const auto pages = first_number(std::string_view(text).substr(space + 1));
  return pages.value_or(0) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void release_unused_memory() {
  malloc_trim(0);
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(&__executable_start) & ~(page - 1);
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(&etext) & ~(page - 1);
  // All of it is as it lies in the file (but for a debugger's breakpoints, which go, too).
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace tributary::collector
