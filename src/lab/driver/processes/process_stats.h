// CPU, memory and disk figures of a process and its descendants, from /proc (proc(5)): where no
// cgroup may be made. Less exact than a cgroup's: what an ended descendant had used is known only
// once its parent has waited for it, and pages shared among them count for each.
//
// Threads: none; reads small files of the kernel.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/clock.h"
#include "lab/cgroup/cgroup.h"
#include "lab/task/container_stats.h"

namespace tributary::lab {

// Nothing once the process is gone.
std::optional<ContainerStats> read_process_stats(pid_t pid, Timestamp now, const ReadText& read);

}  // namespace tributary::lab
