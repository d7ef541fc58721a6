// fork and exec with what lies between them.
//
// Threads: any. The child does nothing but system calls, since other threads of ours may have held
// locks when it was made.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "lab/driver/processes/process.h"

namespace tributary::lab {

struct Spawned {
  pid_t pid = 0;
  int output = -1;  // stdout and stderr of it, to be read; not blocking; the caller closes it
};
Result<Spawned> spawn(const ProcessOptions& options);

}  // namespace tributary::lab
