// Whether the kernel killed something in a container for want of memory, by the kernel's own log:
// engines do not always notice, and the container's cgroup is gone by the time its end is known.
//
// Values.
#pragma once

#include <string>
#include <string_view>

namespace tributary::lab::docker {

// "oom-kill:constraint=...,task_memcg=/.../libpod-<id>,task=...": a line of mm/oom_kill.c.
bool was_killed_for_memory(std::string_view kernel_log, std::string_view container_id);

// What /dev/kmsg holds; "" where it may not be read.
std::string read_kernel_log();

}  // namespace tributary::lab::docker
