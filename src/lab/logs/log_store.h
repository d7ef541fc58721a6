// Log groups, log streams and their events on disk: what CloudWatch Logs is to the awslogs driver.
//
// Threads: the Loop's; blocks on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tributary::lab::logs {

struct GroupName {
  std::string account;
  std::string region;
  std::string group;

  auto operator<=>(const GroupName&) const = default;
};

// One container's output into one stream. What cannot be written is counted, and said once.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual void put(Timestamp time, std::string_view message) = 0;
};

}  // namespace tributary::lab::logs
