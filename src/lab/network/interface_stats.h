// The figures of network interfaces as Linux tells them: proc(5), /proc/net/dev.
//
// Threads: any.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lab/task/container_stats.h"

namespace tributary::lab {

// By name, without the loopback interface. A line that cannot be read is left out.
std::map<std::string, InterfaceStats> parse_net_dev(std::string_view text);

}  // namespace tributary::lab
