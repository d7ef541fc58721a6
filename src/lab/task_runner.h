// Runs a task: starts its containers as processes, samples their figures, serves the metadata and
// credentials endpoints, and ends everything when an essential container ends or on request.
//
// Threads: the Loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "lab/metadata.h"
#include "lab/process.h"
#include "lab/task.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab {

class TaskCredentials;

class TaskRunner {
 public:
  struct Options {
    std::uint16_t port = 0;         // of the endpoints, on 127.0.0.1; 0 = any
    Duration sample_interval = 1s;  // as Docker refreshes its statistics
    std::function<void(std::string_view container, std::string_view line)> on_line;
    // What every container's environment starts from, besides its own settings.
    std::map<std::string, std::string> environment;
  };

  // `credentials` is null for a task without a role.
  TaskRunner(net::Loop& loop, Random& random, Logger log, TaskSpec spec, Options options,
             TaskCredentials* credentials);
  ~TaskRunner();

  // Serves the endpoints, then starts the containers in the order of the spec. When one cannot be
  // started, those before it are stopped.
  Result<void> start();

  // Returns when every container has stopped: the exit code of the first essential one that ended
  // by itself, 0 when it was asked to stop.
  net::Task<int> run(std::stop_token stop);

  std::string endpoint() const;  // http://127.0.0.1:port
  const TaskState& state() const { return state_; }

 private:
  Result<void> start_container(std::size_t index);
  std::map<std::string, std::string> environment_of(std::size_t index) const;
  void on_exit(std::size_t index, int code);
  void sample();
  net::Task<void> keep_sampling();
  net::Task<void> stop_all();
  net::Response answer(const net::ServerRequest& request) const;
  static net::Task<net::Response> handle(const TaskRunner* self, net::ServerRequest request);
  bool all_stopped() const;

  net::Loop& loop_;
  Logger log_;
  TaskSpec spec_;
  Options options_;
  TaskCredentials* credentials_;
  TaskState state_;
  std::uint64_t machine_memory_;
  std::vector<Readings> readings_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::unique_ptr<net::HttpServer> server_;
  std::stop_source stopping_;
  std::optional<int> exit_code_;  // of the first essential container that ended
  net::Event something_ended_;
  net::Gate background_;
};

}  // namespace tributary::lab
