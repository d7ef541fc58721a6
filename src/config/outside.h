// What reading a configuration may ask of the machine. Tests and the fuzzer give their own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace tributary::config {

struct Outside {
  std::function<std::optional<std::string>(const std::string& name)> env;
  std::function<Result<std::string>(const std::string& path)> read_file;
};

// This process's environment and files; a file of more than 4 MiB is refused.
Outside this_machine();

}  // namespace tributary::config
