// Child processes: placed into a network namespace, cgroups and a user before their program starts,
// output line by line to a function, ended by signal.
//
// Threads: everything on the Loop's thread, which watches output and end (pidfd_open(2)); no thread
// per child. A process group of its own each: what is left of it ends with the child.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/driver/processes/user.h"
#include "net/loop.h"

namespace tributary::lab {

struct ProcessOptions {
  std::vector<std::string> command;                // argv; searched in the PATH of `environment`
  std::map<std::string, std::string> environment;  // the whole of it
  std::string working_directory = "/";
  int network_namespace = -1;             // a descriptor for setns(2)
  std::vector<std::string> cgroup_files;  // entered by writing "0" to each
  std::optional<User> user;               // nothing: stays who we are
  // A line without its end; a longer one than 16 KiB comes in pieces. May be null.
  std::function<void(std::string_view line)> on_line;
  std::function<void(int exit_code)> on_exit;  // 128 + signal where a signal ended it; may be null
};

class Process {
 public:
  virtual ~Process() = default;
  virtual pid_t pid() const = 0;
  // To the child alone, as a container's first process gets it; SIGKILL to all of the group.
  // Nothing once it has ended.
  virtual void signal(int number) = 0;
};

// Errors: not_found (no such program), unavailable (what the machine refuses), with what was tried.
// Needs a loop of make_loop(). When the object goes, what still runs of the group is killed and
// waited for; the loop's next turn frees the rest. When the calling thread ends, so does the child.
Result<std::unique_ptr<Process>> start_process(net::Loop& loop, ProcessOptions options);

}  // namespace tributary::lab
