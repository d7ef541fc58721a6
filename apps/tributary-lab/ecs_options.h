// The command lines of tributary-lab up, down, scale, ps and logs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lab/client/commands.h"

namespace tributary {

struct EcsOptions {
  enum class Command : std::uint8_t { up, down, scale, ps, logs };

  Command command = Command::up;
  bool help = false;  // and nothing else
  // Whose API, and as whom.
  std::string endpoint_url;
  std::string region;
  std::string profile;
  // Of what.
  lab::client::Place place;  // project "": see `complete`
  std::vector<std::string> compose_files;
  std::string ecs_params;
  std::string task_role;
  std::string launch_type;
  bool create_log_groups = false;
  bool force_deployment = false;
  std::optional<std::int64_t> desired_count;
  Duration timeout = lab::client::kTimeout;
  std::string desired_status;
  // logs
  std::string container;
  std::string task_id;
  std::string filter_pattern;
  std::optional<Duration> since;
  std::optional<Timestamp> start;
  std::optional<Timestamp> end;
  bool timestamps = false;
  bool follow = false;
};

// The first argument is the command: "up".
bool is_ecs_command(const std::string& name);
Result<EcsOptions> parse_ecs_options(std::vector<std::string> arguments);
extern const char kEcsUsage[];

// The exit code: 0, 1 where something went wrong, 2 where a file is wrong.
int run_ecs_command(EcsOptions options);

}  // namespace tributary
