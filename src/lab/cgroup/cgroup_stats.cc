#include "lab/cgroup/cgroup_stats.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace tributary::lab {
namespace {

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 50;  // 1 PiB: the kernel's "none" is more

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

// The files of one controller.
class Files {
 public:
  Files(const CgroupDirectories& directories, const std::string& controller, const ReadText& read)
      : read_(read) {
    if (const auto at = directories.find(controller); at != directories.end())
      directory_ = at->second;
  }

  std::optional<std::string> text(std::string_view name) const {
    if (directory_.empty()) return std::nullopt;
    return read_(directory_ + "/" + std::string(name));
  }
  std::uint64_t one(std::string_view name) const { return number(text(name).value_or("")); }
  // "key value" lines.
  std::map<std::string, std::uint64_t> flat(std::string_view name) const {
    std::map<std::string, std::uint64_t> out;
    const std::string contents = text(name).value_or("");
    for (const std::string_view line : split(contents, '\n')) {
      const auto parts = words(line);
      if (parts.size() == 2) out[std::string(parts[0])] = number(parts[1]);
    }
    return out;
  }

 private:
  std::string directory_;
  const ReadText& read_;
};

std::uint64_t value(const std::map<std::string, std::uint64_t>& flat, const std::string& key) {
  const auto at = flat.find(key);
  return at == flat.end() ? 0 : at->second;
}

std::uint64_t limit(std::uint64_t bytes) { return bytes >= kNoLimit ? 0 : bytes; }

// "8:0" in `text`.
BlockIo* device(std::vector<BlockIo>& all, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto major = parse_uint64(text.substr(0, colon));
  const auto minor = parse_uint64(text.substr(colon + 1));
  if (!major || !minor) return nullptr;
  for (BlockIo& one : all)
    if (one.major == *major && one.minor == *minor) return &one;
  return &all.emplace_back(BlockIo{.major = *major, .minor = *minor});
}

// Version 1: "8:0 Read 4096"; sums ("Total 4096") have no device.
void add_block_v1(std::string_view text, std::vector<BlockIo>& all, std::uint64_t BlockIo::* read,
                  std::uint64_t BlockIo::* write) {
  for (const std::string_view line : split(text, '\n')) {
    const auto parts = words(line);
    if (parts.size() != 3 || (parts[1] != "Read" && parts[1] != "Write")) continue;
    if (BlockIo* io = device(all, parts[0]))
      io->*(parts[1] == "Read" ? read : write) = number(parts[2]);
  }
}

// Version 2: "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0".
void add_block_v2(std::string_view text, std::vector<BlockIo>& all) {
  for (const std::string_view line : split(text, '\n')) {
    const auto parts = words(line);
    if (parts.size() < 2) continue;
    BlockIo* io = device(all, parts[0]);
    for (std::size_t i = 1; io && i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view key = parts[i].substr(0, equals);
      const std::uint64_t amount = number(parts[i].substr(equals + 1));
      if (key == "rbytes") io->read_bytes = amount;
      if (key == "wbytes") io->write_bytes = amount;
      if (key == "rios") io->reads = amount;
      if (key == "wios") io->writes = amount;
    }
  }
}

void read_cpu_v1(const CgroupDirectories& directories, const ReadText& read,
                 ContainerStats& stats) {
  const Files account(directories, "cpuacct", read);
  stats.cpu_total_ns = account.one("cpuacct.usage");
  if (const auto user = account.text("cpuacct.usage_user")) {
    stats.cpu_user_ns = number(*user);
    stats.cpu_system_ns = account.one("cpuacct.usage_sys");
  } else {
    const auto flat = account.flat("cpuacct.stat");
    stats.cpu_user_ns = ticks_to_ns(value(flat, "user"));
    stats.cpu_system_ns = ticks_to_ns(value(flat, "system"));
  }
  const std::string per_cpu = account.text("cpuacct.usage_percpu").value_or("");
  for (const std::string_view word : words(per_cpu)) stats.per_cpu_ns.push_back(number(word));
  // The kernel lists CPUs that could be plugged in, too, as zeros behind those that are there.
  if (stats.cpus_online > 0 && stats.per_cpu_ns.size() > stats.cpus_online)
    stats.per_cpu_ns.resize(stats.cpus_online);
  const auto throttling = Files(directories, "cpu", read).flat("cpu.stat");
  stats.throttling_periods = value(throttling, "nr_periods");
  stats.throttled_periods = value(throttling, "nr_throttled");
  stats.throttled_ns = value(throttling, "throttled_time");
}

void read_v1(const CgroupDirectories& directories, const ReadText& read, ContainerStats& stats) {
  read_cpu_v1(directories, read, stats);
  const Files memory(directories, "memory", read);
  stats.memory_bytes = memory.one("memory.usage_in_bytes");
  stats.memory_max_bytes = memory.one("memory.max_usage_in_bytes");
  stats.memory_limit_bytes = limit(memory.one("memory.limit_in_bytes"));
  stats.memory_detail = memory.flat("memory.stat");
  const Files block(directories, "blkio", read);
  // BFQ counts for itself where it is the scheduler.
  for (const std::string prefix : {"blkio.throttle.", "blkio.bfq."}) {
    if (!stats.block_io.empty()) break;
    const std::string bytes = block.text(prefix + "io_service_bytes_recursive").value_or("");
    const std::string times = block.text(prefix + "io_serviced_recursive").value_or("");
    add_block_v1(bytes, stats.block_io, &BlockIo::read_bytes, &BlockIo::write_bytes);
    add_block_v1(times, stats.block_io, &BlockIo::reads, &BlockIo::writes);
  }
  stats.processes =
      static_cast<std::uint32_t>(Files(directories, "pids", read).one("pids.current"));
}

void read_v2(const CgroupDirectories& directories, const ReadText& read, ContainerStats& stats) {
  const Files files(directories, "", read);
  const auto cpu = files.flat("cpu.stat");
  stats.cpu_total_ns = value(cpu, "usage_usec") * 1000;
  stats.cpu_user_ns = value(cpu, "user_usec") * 1000;
  stats.cpu_system_ns = value(cpu, "system_usec") * 1000;
  stats.throttling_periods = value(cpu, "nr_periods");
  stats.throttled_periods = value(cpu, "nr_throttled");
  stats.throttled_ns = value(cpu, "throttled_usec") * 1000;
  stats.memory_bytes = files.one("memory.current");
  stats.memory_max_bytes = files.one("memory.peak");          // since Linux 5.19
  stats.memory_limit_bytes = limit(files.one("memory.max"));  // "max": none
  stats.memory_detail = files.flat("memory.stat");
  add_block_v2(files.text("io.stat").value_or(""), stats.block_io);
  stats.processes = static_cast<std::uint32_t>(files.one("pids.current"));
}

}  // namespace

MachineCpu read_machine_cpu(const ReadText& read) {
  MachineCpu cpu;
  const std::string text = read("/proc/stat").value_or("");
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with("cpu")) break;
    const auto fields = words(line);
    if (fields[0] != "cpu") {
      ++cpu.cpus_online;
      continue;
    }
    // user nice system idle iowait irq softirq: what Docker sums up.
    for (std::size_t i = 1; i < std::min<std::size_t>(fields.size(), 8); ++i)
      cpu.total_ns += ticks_to_ns(number(fields[i]));
  }
  return cpu;
}

std::optional<ContainerStats> read_cgroup_stats(const CgroupDirectories& directories, Timestamp now,
                                                const ReadText& read) {
  const bool unified = directories.contains("");
  const Files witness(directories, unified ? "" : "cpuacct", read);
  if (!witness.text(unified ? "cpu.stat" : "cpuacct.usage")) return std::nullopt;
  ContainerStats stats;
  stats.read = now;
  const MachineCpu machine = read_machine_cpu(read);
  stats.machine_cpu_ns = machine.total_ns;
  stats.cpus_online = machine.cpus_online;
  unified ? read_v2(directories, read, stats) : read_v1(directories, read, stats);
  return stats;
}

}  // namespace tributary::lab
