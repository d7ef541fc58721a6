// The cgroup that all of one lab's tasks are in, by whichever driver.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace tributary::lab {

// "tributary-1a2b3c4d5e6f", of the lab's data directory: another lab on the machine has another.
std::string cgroup_name(std::string_view owner);

}  // namespace tributary::lab
