// The command line of tributary-collector: that of ADOT, and subcommands as the OpenTelemetry
// Collector has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sources.h"

namespace tributary::collector {

enum class Command : std::uint8_t {
  run,
  validate,
  print_config,
  components,
  reference,
  healthcheck,
  spool,
  version,
  help,
};

// spool ls|verify|replay <directory>
struct SpoolOptions {
  enum class Action : std::uint8_t { list, verify, replay };
  Action action = Action::list;
  std::string directory;
  std::string endpoint;  // for replay
};

struct Options {
  Command command = Command::run;
  config::SourceOptions sources;
  std::uint16_t healthcheck_port = 13133;
  SpoolOptions spool;
  std::vector<std::string> warnings;
};

// `arguments` begins with the program's name; called `healthcheck`, the program is that command.
Result<Options> parse_options(std::vector<std::string> arguments);

std::string_view usage();

}  // namespace tributary::collector
