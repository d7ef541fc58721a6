// Child processes: started without a shell, output line by line to a function, ended by signal.
//
// Threads: everything on the Loop's thread. A process group of its own each, so that signals reach
// descendants, too.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/loop.h"

namespace tributary::lab {

struct ProcessOptions {
  std::vector<std::string> command;                // argv; the program is searched in PATH
  std::map<std::string, std::string> environment;  // the whole of it
  std::function<void(std::string_view line)> on_line;
  std::function<void(int exit_code)> on_exit;  // 128 + signal where a signal ended it
};

class Process {
 public:
  virtual ~Process() = default;
  virtual pid_t pid() const = 0;
  virtual void signal(int number) = 0;  // to the group; nothing once it has ended
};

// Errors: not_found (no such program), internal (fork). When the object goes, what still runs of
// the group is killed.
Result<std::unique_ptr<Process>> start_process(net::Loop& loop, ProcessOptions options);

}  // namespace tributary::lab
