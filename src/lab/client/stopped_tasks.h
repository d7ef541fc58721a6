// Watches a service's tasks for those that stop by themselves, and says of each why, with the last
// lines of the containers that failed.
//
// Threads: the Loop's.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "base/result.h"
#include "lab/client/ecs_client.h"
#include "net/task.h"

namespace tributary::lab::client {

class StoppedTasks {
 public:
  StoppedTasks(Session& session, std::string cluster, std::string service)
      : session_(session), cluster_(std::move(cluster)), service_(std::move(service)) {}

  // Those that have stopped already are of no interest.
  net::Task<Result<void>> pass_over_present();
  // Says what has stopped since.
  net::Task<Result<void>> report();
  // Of all that were said, those that stopped by themselves.
  std::size_t failed() const { return failed_; }

 private:
  net::Task<void> report_task(TaskView task);
  net::Task<void> print_last_lines(TaskView task, std::string container);

  Session& session_;
  std::string cluster_;
  std::string service_;
  std::set<std::string> seen_;
  std::size_t failed_ = 0;
};

}  // namespace tributary::lab::client
