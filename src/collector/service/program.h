// The life of the collector's process: runs a service until SIGTERM or SIGINT, and replaces it on
// SIGHUP. A new configuration that is wrong is logged, and the old one keeps running.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/log.h"
#include "collector/service/document.h"
#include "collector/service/service.h"
#include "config/diagnostics.h"
#include "net/task.h"

namespace tributary::collector {

struct ProgramOptions {
  Duration stop_timeout = 25s;    // from the signal to the end; ECS kills after 30 s
  Duration stop_grace = 2s;       // more, before a component that hangs is given up
  Duration same_request = 500ms;  // signals this close are one: timeout(1) sends its own twice
  Duration first_trim = 5s;       // once what only the start needed is no longer in use
  Duration trim_interval = 1min;  // memory that is free goes back to the system this often
};

class Program {
 public:
  // Reads the configuration anew; nothing where an error was said.
  using Load = std::function<std::optional<Document>(config::Diagnostics&)>;
  using MakeLogger = std::function<Logger(const LogsConfig&)>;

  // `clean` is false where components are still at work: the process must then end without
  // destroying anything.
  struct Outcome {
    int exit_code = 0;
    bool clean = true;
  };

  Program(World world, MakeLogger make_logger, Load load, ProgramOptions options = {});

  // Starts with a document that was read without errors, and stops the loop when all is over.
  void start(Document document, const config::Diagnostics& warnings);
  // Nothing yet while the program runs.
  const std::optional<Outcome>& outcome() const { return outcome_; }

  const Service* service() const { return service_.get(); }

 private:
  net::Task<void> live(Document document);
  net::Task<Result<void>> bring_up(Document document);
  net::Task<void> reload();
  void on_signal(int signal);
  void finish(Outcome outcome);
  void trim_memory(Duration next);

  World world_;
  MakeLogger make_logger_;
  Load load_;
  ProgramOptions options_;
  Logger log_;
  Document document_;  // of the service that runs
  std::unique_ptr<Service> service_;
  net::Gate life_;
  net::Event wake_;
  bool reload_requested_ = false;
  std::stop_source starting_;             // no more waiting for processors
  std::optional<Instant> stop_deadline_;  // set by the first signal to stop
  std::optional<net::Loop::TimerId> give_up_timer_;
  std::optional<net::Loop::TimerId> trim_timer_;
  std::optional<Outcome> outcome_;
};

}  // namespace tributary::collector
