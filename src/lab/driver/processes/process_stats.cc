#include "lab/driver/processes/process_stats.h"

#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "lab/cgroup/cgroup_stats.h"

namespace tributary::lab {
namespace {

constexpr std::size_t kDescendantsMax = 4096;

std::uint64_t number(std::string_view text) { return parse_uint64(trim(text)).value_or(0); }

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (const std::string_view word : split(text, ' '))
    if (!trim(word).empty()) out.push_back(trim(word));
  return out;
}

std::uint64_t ticks_to_ns(std::uint64_t ticks) {
  static const auto kPerSecond = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks * (1'000'000'000 / kPerSecond);
}

// What follows `key` up to the end of its line: "VmRSS:" gives "     1234 kB".
std::string_view line_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + key.size());
  return rest.substr(0, rest.find('\n'));
}

std::uint64_t kilobytes_after(std::string_view text, std::string_view key) {
  const auto parts = words(line_after(text, key));
  return parts.empty() ? 0 : number(parts[0]) * 1024;
}

std::string proc(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

// The process and its descendants, as far as the kernel lists children.
std::vector<pid_t> tree_of(pid_t root, const ReadText& read) {
  std::vector<pid_t> pids = {root};
  for (std::size_t i = 0; i < pids.size() && pids.size() < kDescendantsMax; ++i) {
    const auto children = read(proc(pids[i], "task/" + std::to_string(pids[i]) + "/children"));
    if (!children) continue;
    for (const std::string_view child : words(*children))
      pids.push_back(static_cast<pid_t>(number(child)));
  }
  return pids;
}

// Adds one process; false where it is gone.
bool add_process(pid_t pid, const ReadText& read, ContainerStats& stats, BlockIo& disk) {
  const auto stat = read(proc(pid, "stat"));
  if (!stat) return false;
  // The program's name, in parentheses, may hold anything: fields are counted after the last ')'.
  const std::size_t end = stat->rfind(')');
  if (end == std::string::npos) return false;
  const auto fields = words(std::string_view(*stat).substr(end + 1));
  constexpr std::size_t kUtime = 11;  // field 14 of proc(5), counted from the state (field 3)
  if (fields.size() < kUtime + 4) return false;
  stats.cpu_user_ns += ticks_to_ns(number(fields[kUtime]) + number(fields[kUtime + 2]));
  stats.cpu_system_ns += ticks_to_ns(number(fields[kUtime + 1]) + number(fields[kUtime + 3]));
  if (const auto status = read(proc(pid, "status"))) {
    stats.memory_bytes += kilobytes_after(*status, "VmRSS:");
    stats.memory_max_bytes += kilobytes_after(*status, "VmHWM:");
  }
  if (const auto io = read(proc(pid, "io"))) {
    disk.read_bytes += number(line_after(*io, "\nread_bytes:"));
    disk.write_bytes += number(line_after(*io, "\nwrite_bytes:"));
  }
  ++stats.processes;
  return true;
}

}  // namespace

std::optional<ContainerStats> read_process_stats(pid_t pid, Timestamp now, const ReadText& read) {
  ContainerStats stats;
  BlockIo disk;
  stats.read = now;
  const std::vector<pid_t> pids = tree_of(pid, read);
  if (!add_process(pid, read, stats, disk)) return std::nullopt;
  for (std::size_t i = 1; i < pids.size(); ++i) add_process(pids[i], read, stats, disk);
  stats.cpu_total_ns = stats.cpu_user_ns + stats.cpu_system_ns;
  stats.memory_detail = {{"rss", stats.memory_bytes}, {"cache", 0}};
  stats.block_io = {disk};
  const MachineCpu machine = read_machine_cpu(read);
  stats.machine_cpu_ns = machine.total_ns;
  stats.cpus_online = machine.cpus_online;
  return stats;
}

}  // namespace tributary::lab
