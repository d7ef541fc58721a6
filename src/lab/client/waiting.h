// Waiting until a service is steady.
//
// Threads: the Loop's.
#pragma once

#include <string>

#include "base/result.h"
#include "lab/client/ecs_client.h"
#include "lab/client/stopped_tasks.h"
#include "net/task.h"

namespace tributary::lab::client {

inline constexpr Duration kPollInterval = 500ms;

struct WaitOptions {
  std::string cluster;
  std::string service;
  Duration timeout{};
  Timestamp since;  // of the command: earlier events are not told
};

// Tells the service's events, counts and stopped tasks on the way.
net::Task<Result<void>> wait_until_steady(Session& session, WaitOptions options,
                                          StoppedTasks& stopped);

}  // namespace tributary::lab::client
