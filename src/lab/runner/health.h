// What a container's health checks say of it (ContainerDefinition.healthCheck, as Docker counts):
// one that passes makes it healthy; `retries` in a row that fail make it unhealthy, those within
// the start period before the first pass not counted.
//
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lab/task/task.h"

namespace tributary::lab {

class HealthRecord {
 public:
  HealthRecord(const HealthCheck& check, Instant started) : check_(check), started_(started) {}

  Health add(bool passed, Instant now);

 private:
  HealthCheck check_;
  Instant started_;
  std::uint32_t failures_ = 0;
  Health health_ = Health::unknown;
};

// What to run for a check's command: nothing for "NONE".
std::vector<std::string> health_command(const HealthCheck& check);

}  // namespace tributary::lab
