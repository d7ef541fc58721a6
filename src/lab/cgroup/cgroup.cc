#include "lab/cgroup/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "base/strings.h"

namespace tributary::lab {
namespace {

constexpr int kDepthMax = 16;       // of cgroups below one that is removed
constexpr int kKillRoundsMax = 16;  // a process may fork between the list and the signal
constexpr std::uint64_t kPeriodUs = 100'000;
constexpr std::uint32_t kUnitsPerCore = 1024;

// The controllers whose limits and figures we use; a cgroup of ours lives in their trees alone.
constexpr std::string_view kControllers[] = {"blkio", "cpu", "cpuacct", "memory", "pids"};

// mountinfo writes blanks and backslashes in paths as octal escapes.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && i + 3 < text.size() && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_controller(std::string_view option) {
  static constexpr std::string_view kOthers[] = {"rw", "ro", "xattr", "clone_children"};
  return std::find(std::begin(kOthers), std::end(kOthers), option) == std::end(kOthers) &&
         !option.starts_with("release_agent=");
}

void add_tree(CgroupTrees& trees, std::string_view line) {
  // ID parent major:minor root mount-point options ... - type source super-options
  const std::size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) return;
  const auto before = split(line.substr(0, dash), ' ');
  const auto after = split(line.substr(dash + 3), ' ');
  if (before.size() < 5 || after.size() < 3) return;
  const CgroupTree tree{.mount_point = unescape(before[4]), .root = unescape(before[3])};
  if (after[0] == "cgroup2") trees.try_emplace("", tree);
  if (after[0] != "cgroup") return;
  for (const std::string_view option : split(after[2], ','))
    if (is_controller(option)) trees.try_emplace(std::string(option), tree);
}

// The directory of the kernel's `path` in a tree of which perhaps only a part is mounted.
std::optional<std::string> directory_in(const CgroupTree& tree, std::string_view path) {
  if (path.find("/..") != std::string_view::npos) return std::nullopt;  // outside our namespace
  if (tree.root != "/" && tree.root.find("/..") == std::string::npos) {
    if (!path.starts_with(tree.root)) return std::nullopt;
    path.remove_prefix(tree.root.size());
    if (!path.empty() && path[0] != '/') return std::nullopt;
  }
  return tree.mount_point + std::string(path == "/" ? "" : path);
}

Error failed(std::string_view what, const std::string& path, int number) {
  return Error(Code::unavailable,
               std::string(what) + " " + path + ": " + std::string(std::strerror(number)));
}

Result<void> write_text(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return failed("cannot open", path, errno);
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int number = errno;
  ::close(fd);
  if (written < 0) return failed("cannot write \"" + std::string(text) + "\" to", path, number);
  return {};
}

std::vector<std::string> directories_below(const std::string& directory) {
  std::vector<std::string> names;
  DIR* opened = ::opendir(directory.c_str());
  if (!opened) return names;
  while (const dirent* entry = ::readdir(opened)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(opened);
  return names;
}

void collect_processes(const std::string& directory, std::set<pid_t>& out, int depth = 0) {
  if (const auto text = read_text(directory + "/cgroup.procs")) {
    for (const std::string_view line : split(*text, '\n'))
      if (const auto pid = parse_int64(line); pid && *pid > 0) out.insert(static_cast<pid_t>(*pid));
  }
  if (depth >= kDepthMax) return;
  for (const std::string& name : directories_below(directory))
    collect_processes(directory + "/" + name, out, depth + 1);
}

void kill_all(const std::string& directory) {
  if (write_text(directory + "/cgroup.kill", "1")) return;  // version 2, at once and for all below
  for (int round = 0; round < kKillRoundsMax; ++round) {
    std::set<pid_t> pids;
    collect_processes(directory, pids);
    bool sent = false;
    for (const pid_t pid : pids) sent = ::kill(pid, SIGKILL) == 0 || sent;
    if (!sent) return;
  }
}

// True when it is gone.
bool remove_directories(const std::string& directory, int depth = 0) {
  if (depth < kDepthMax)
    for (const std::string& name : directories_below(directory))
      remove_directories(directory + "/" + name, depth + 1);
  return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

// Version 2 gives its children only the controllers that the parent names.
Result<void> pass_controllers_on(const std::string& directory) {
  const auto available = read_text(directory + "/cgroup.controllers");
  if (!available) return failed("cannot read", directory + "/cgroup.controllers", ENOENT);
  for (const std::string_view word : split(trim(*available), ' ')) {
    if (word != "cpu" && word != "memory" && word != "pids" && word != "io") continue;
    if (auto done = write_text(directory + "/cgroup.subtree_control", "+" + std::string(word));
        !done)
      return done.error();
  }
  return {};
}

Result<std::string> make_directories(const CgroupTree& tree, std::string_view path, bool unified) {
  std::string directory = tree.mount_point;
  for (const std::string_view name : split(path, '/')) {
    if (name.empty() || name == "." || name == "..")
      return Error(Code::invalid_argument,
                   "cgroup \"" + std::string(path) + "\": not a plain path");
    if (unified)
      if (auto done = pass_controllers_on(directory); !done) return done.error();
    directory += "/" + std::string(name);
    if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST)
      return failed("cannot make cgroup", directory, errno);
  }
  return directory;
}

std::uint64_t quota_us(std::uint32_t units) {
  return std::max<std::uint64_t>(1000, units * kPeriodUs / kUnitsPerCore);
}

// The kernel's own conversion for version 2: 2..262144 to 1..10000.
std::uint64_t weight_of(std::uint32_t shares) {
  const std::uint64_t in_range = std::clamp<std::uint64_t>(shares, 2, 262'144);
  return 1 + (in_range - 2) * 9999 / 262'142;
}

Result<void> write_setting(const CgroupDirectories& directories, const std::string& controller,
                           std::string_view file, const std::string& value) {
  const auto at = directories.find(controller);
  if (at == directories.end()) return {};
  return write_text(at->second + "/" + std::string(file), value);
}

struct Setting {
  std::string controller;
  std::string_view file;
  std::string value;
};

std::vector<Setting> settings_v1(const CgroupLimits& limits) {
  std::vector<Setting> out;
  if (limits.cpu_units_max > 0) {
    out.push_back({"cpu", "cpu.cfs_period_us", std::to_string(kPeriodUs)});
    out.push_back({"cpu", "cpu.cfs_quota_us", std::to_string(quota_us(limits.cpu_units_max))});
  }
  if (limits.cpu_shares > 0)
    out.push_back({"cpu", "cpu.shares", std::to_string(limits.cpu_shares)});
  if (limits.memory_bytes > 0)
    out.push_back({"memory", "memory.limit_in_bytes", std::to_string(limits.memory_bytes)});
  if (limits.memory_reservation_bytes > 0)
    out.push_back(
        {"memory", "memory.soft_limit_in_bytes", std::to_string(limits.memory_reservation_bytes)});
  if (limits.processes_max > 0)
    out.push_back({"pids", "pids.max", std::to_string(limits.processes_max)});
  return out;
}

std::vector<Setting> settings_v2(const CgroupLimits& limits) {
  std::vector<Setting> out;
  if (limits.cpu_units_max > 0)
    out.push_back(
        {"", "cpu.max",
         std::to_string(quota_us(limits.cpu_units_max)) + " " + std::to_string(kPeriodUs)});
  if (limits.cpu_shares > 0)
    out.push_back({"", "cpu.weight", std::to_string(weight_of(limits.cpu_shares))});
  if (limits.memory_bytes > 0)
    out.push_back({"", "memory.max", std::to_string(limits.memory_bytes)});
  if (limits.memory_reservation_bytes > 0)
    out.push_back({"", "memory.low", std::to_string(limits.memory_reservation_bytes)});
  if (limits.processes_max > 0)
    out.push_back({"", "pids.max", std::to_string(limits.processes_max)});
  return out;
}

Result<void> set_limits(const CgroupDirectories& directories, const CgroupLimits& limits) {
  const bool unified = directories.contains("");
  for (const Setting& one : unified ? settings_v2(limits) : settings_v1(limits))
    if (auto done = write_setting(directories, one.controller, one.file, one.value); !done)
      return done.error();
  // Without swap, a limit is a limit. Kernels without swap accounting lack the file.
  if (limits.memory_bytes > 0) {
    if (unified)
      (void)write_setting(directories, "", "memory.swap.max", "0");
    else
      (void)write_setting(directories, "memory", "memory.memsw.limit_in_bytes",
                          std::to_string(limits.memory_bytes));
  }
  return {};
}

// Several controllers may share a tree.
std::set<std::string> distinct(const CgroupDirectories& directories) {
  std::set<std::string> out;
  for (const auto& [controller, directory] : directories) out.insert(directory);
  return out;
}

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return std::nullopt;
  return text;
}

CgroupTrees find_cgroup_trees(const ReadText& read) {
  CgroupTrees trees;
  if (const auto text = read("/proc/self/mountinfo"))
    for (const std::string_view line : split(*text, '\n')) add_tree(trees, line);
  return trees;
}

std::optional<CgroupDirectories> cgroup_of(pid_t pid, const CgroupTrees& trees,
                                           const ReadText& read) {
  const auto text = read("/proc/" + std::to_string(pid) + "/cgroup");
  if (!text) return std::nullopt;
  CgroupDirectories directories;
  for (const std::string_view line : split(*text, '\n')) {
    // hierarchy:controller,controller:path, with no controllers for version 2.
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    for (const std::string_view controller :
         split(line.substr(first + 1, second - first - 1), ',')) {
      const auto tree = trees.find(std::string(controller));
      if (tree == trees.end()) continue;
      if (auto directory = directory_in(tree->second, line.substr(second + 1)))
        directories.emplace(controller, std::move(*directory));
    }
  }
  // In the hybrid, version 2 has no controllers.
  if (directories.contains("memory") || directories.contains("cpuacct")) directories.erase("");
  return directories;
}

bool was_out_of_memory(const CgroupDirectories& directories, const ReadText& read) {
  const auto counted = [&](const char* controller, const char* file) {
    const auto at = directories.find(controller);
    if (at == directories.end()) return false;
    const auto text = read(at->second + file);
    if (!text) return false;
    for (const std::string_view line : split(*text, '\n'))
      if (line.starts_with("oom_kill ")) return parse_uint64(trim(line.substr(9))).value_or(0) > 0;
    return false;
  };
  return counted("memory", "/memory.oom_control") || counted("", "/memory.events");
}

Result<std::unique_ptr<Cgroup>> Cgroup::create(const CgroupTrees& trees, std::string path,
                                               const CgroupLimits& limits) {
  const bool version_1 = trees.contains("memory") || trees.contains("cpuacct");
  if (!version_1 && !trees.contains(""))
    return Error(Code::unavailable, "no cgroup tree is mounted on this machine");
  std::unique_ptr<Cgroup> cgroup(new Cgroup(std::move(path), {}));
  for (const auto& [controller, tree] : trees) {
    const bool wanted = version_1 ? std::find(std::begin(kControllers), std::end(kControllers),
                                              controller) != std::end(kControllers)
                                  : controller.empty();
    if (!wanted) continue;
    TRIBUTARY_TRY(std::string directory, make_directories(tree, cgroup->path_, !version_1));
    cgroup->directories_.emplace(controller, std::move(directory));
  }
  if (auto done = set_limits(cgroup->directories_, limits); !done) return done.error();
  return cgroup;
}

Cgroup::~Cgroup() { remove(); }

std::vector<std::string> Cgroup::process_files() const {
  std::vector<std::string> files;
  for (const std::string& directory : distinct(directories_))
    files.push_back(directory + "/cgroup.procs");
  return files;
}

Result<void> Cgroup::add(pid_t pid) {
  for (const std::string& file : process_files())
    if (auto done = write_text(file, std::to_string(pid)); !done) return done.error();
  return {};
}

std::vector<pid_t> Cgroup::processes() const {
  std::set<pid_t> pids;
  for (const std::string& directory : distinct(directories_)) collect_processes(directory, pids);
  return {pids.begin(), pids.end()};
}

void Cgroup::kill() {
  for (const std::string& directory : distinct(directories_)) kill_all(directory);
}

bool Cgroup::remove() {
  bool gone = true;
  for (const std::string& directory : distinct(directories_))
    gone = remove_directories(directory) && gone;
  return gone;
}

bool sweep_cgroup(const CgroupTrees& trees, const std::string& path) {
  bool gone = true;
  std::set<std::string> seen;
  for (const auto& [controller, tree] : trees) {
    const std::string directory = tree.mount_point + "/" + path;
    if (path.empty() || path.find("..") != std::string::npos || !seen.insert(directory).second)
      continue;
    kill_all(directory);
    gone = remove_directories(directory) && gone;
  }
  return gone;
}

}  // namespace tributary::lab
