// Splitting a credential_process setting into an argument vector, so that no shell ever runs.
//
// Threads: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary::aws {

// Words are separated by white space. Single quotes keep everything; double quotes keep all but a
// backslash before '"' or '\'; outside quotes a backslash keeps the next character. Nothing is
// expanded.
Result<std::vector<std::string>> split_command_line(std::string_view text);

}  // namespace tributary::aws
