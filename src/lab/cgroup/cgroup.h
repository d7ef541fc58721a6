// Control groups: where the machine has them, which one a process is in, and groups of our own with
// limits. Version 1 (a tree for each controller), version 2 (one tree) and the hybrid of both,
// which has its controllers in version 1 trees. Linux: admin-guide/cgroup-v1/*,
// admin-guide/cgroup-v2.
//
// Threads: none of its own; calls block for no longer than the kernel's files do.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary::lab {

// The text of a file, or nothing where it cannot be read.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;
std::optional<std::string> read_text(const std::string& path);

// One mounted tree. `root` is what of the tree is mounted there: "/" unless in a container.
struct CgroupTree {
  std::string mount_point;
  std::string root = "/";

  bool operator==(const CgroupTree&) const = default;
};

// By controller: "cpu", "cpuacct", "memory", "blkio", "pids", "freezer" of version 1, and "" for
// the tree of version 2.
using CgroupTrees = std::map<std::string, CgroupTree>;

// From /proc/self/mountinfo. Empty where there are none.
CgroupTrees find_cgroup_trees(const ReadText& read);

// A cgroup's directory in each tree: "memory" -> "/sys/fs/cgroup/memory/x".
using CgroupDirectories = std::map<std::string, std::string>;

// Of a process, from /proc/<pid>/cgroup: nothing once it is gone. The kernel says a path as seen
// from our own cgroup namespace.
std::optional<CgroupDirectories> cgroup_of(pid_t pid, const CgroupTrees& trees,
                                           const ReadText& read);

// Whether the kernel has killed a process in it for want of memory.
bool was_out_of_memory(const CgroupDirectories& directories, const ReadText& read);

struct CgroupLimits {
  std::uint32_t cpu_units_max = 0;             // of 1024 per core, hard; 0 = none
  std::uint32_t cpu_shares = 0;                // against its siblings, 2 to 262144; 0 = 1024
  std::uint64_t memory_bytes = 0;              // hard; 0 = none
  std::uint64_t memory_reservation_bytes = 0;  // soft; 0 = none
  std::uint32_t processes_max = 0;             // 0 = none
};

// A cgroup that we made. Its end removes it if it is empty; `kill` and `remove` first where it may
// not be.
class Cgroup {
 public:
  // `path` from the top of the trees, "tributary-1a2b/<task>/<container>"; parents are made, too.
  // Errors: unavailable (no tree, not permitted), with the file and errno's text. Nothing is left
  // behind then but parents.
  static Result<std::unique_ptr<Cgroup>> create(const CgroupTrees& trees, std::string path,
                                                const CgroupLimits& limits);
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  const std::string& path() const { return path_; }
  const CgroupDirectories& directories() const { return directories_; }

  // A process enters by writing "0" to each: what a child does between fork and exec.
  std::vector<std::string> process_files() const;
  // The same from outside.
  Result<void> add(pid_t pid);

  std::vector<pid_t> processes() const;  // of it and of those below
  void kill();                           // SIGKILL to all of them, now
  // False as long as something in it has not ended; what is below it goes, too.
  bool remove();

 private:
  Cgroup(std::string path, CgroupDirectories directories)
      : path_(std::move(path)), directories_(std::move(directories)) {}

  std::string path_;
  CgroupDirectories directories_;
};

// For what another run has left: kills all that is in `path` and below it, and removes it. False as
// long as something has not ended; true, too, where there is nothing.
bool sweep_cgroup(const CgroupTrees& trees, const std::string& path);

}  // namespace tributary::lab
