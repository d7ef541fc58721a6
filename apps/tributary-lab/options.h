// The command line of tributary-lab.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "lab/task.h"
#include "net/http.h"

namespace tributary {

struct LabOptions {
  enum class Command { task, help, version };

  Command command = Command::task;
  net::Url hub;
  lab::TaskSpec spec;
  std::map<std::string, std::string> environment;  // for every container
  std::chrono::seconds session_duration{3600};
  std::uint16_t port = 0;
  std::string log_directory;  // a file per container; "" = standard output
};

Result<LabOptions> parse_lab_options(int argc, char** argv);
extern const char kLabUsage[];

}  // namespace tributary
