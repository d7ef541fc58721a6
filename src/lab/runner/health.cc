#include "lab/runner/health.h"

namespace tributary::lab {

Health HealthRecord::add(bool passed, Instant now) {
  if (passed) {
    failures_ = 0;
    return health_ = Health::healthy;
  }
  const bool starting = health_ == Health::unknown && now - started_ < check_.start_period;
  if (!starting && ++failures_ >= check_.retries) health_ = Health::unhealthy;
  return health_;
}

std::vector<std::string> health_command(const HealthCheck& check) {
  const auto& command = check.command;
  if (command.size() < 2 || command[0] == "NONE") return {};
  if (command[0] == "CMD-SHELL") return {"/bin/sh", "-c", command[1]};
  if (command[0] == "CMD") return {command.begin() + 1, command.end()};
  return command;
}

}  // namespace tributary::lab
