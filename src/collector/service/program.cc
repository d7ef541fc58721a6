#include "collector/service/program.h"

#include <csignal>
#include <utility>

#include "collector/service/memory_budget.h"

namespace tributary::collector {
namespace {

void log_all(const Logger& log, const config::Diagnostics& diagnostics) {
  for (const config::Diagnostic& one : diagnostics.sorted()) {
    if (one.severity == config::Severity::error) {
      log.error(one.to_string());
    } else {
      log.warn(one.to_string());
    }
  }
}

}  // namespace

Program::Program(World world, MakeLogger make_logger, Load load, ProgramOptions options)
    : world_(std::move(world)),
      make_logger_(std::move(make_logger)),
      load_(std::move(load)),
      options_(options) {}

void Program::start(Document document, const config::Diagnostics& warnings) {
  log_ = make_logger_(document.telemetry.logs);
  log_.info("Starting tributary-collector", {{"version", world_.version}});
  log_all(log_, warnings);
  world_.loop.on_signal([this](int signal) { on_signal(signal); });
  trim_memory(options_.first_trim);
  life_.spawn(live(std::move(document)));
}

net::Task<void> Program::live(Document document) {
  auto up = co_await bring_up(std::move(document));
  if (!up) {
    log_.error("Cannot start", {{"error", up.error().message()}});
    finish({.exit_code = 1, .clean = true});
    co_return;
  }
  while (!stop_deadline_) {
    co_await wake_;
    wake_.reset();
    if (stop_deadline_ || !std::exchange(reload_requested_, false)) continue;
    co_await reload();
    if (service_ || stop_deadline_) continue;
    finish({.exit_code = 1, .clean = true});
    co_return;
  }
  if (service_) co_await service_->stop(*stop_deadline_);
  service_.reset();
  log_.info("Stopped");
  finish({.exit_code = 0, .clean = true});
}

net::Task<Result<void>> Program::bring_up(Document document) {
  log_ = make_logger_(document.telemetry.logs);
  auto made = Service::make(document, world_, log_);
  if (!made) co_return made.error();
  service_ = std::move(*made);
  const std::stop_token no_waiting = starting_.get_token();
  auto started = co_await service_->start(no_waiting);
  if (!started) {
    co_await service_->stop(world_.loop.clock().monotonic());
    service_.reset();
    co_return started;
  }
  document_ = std::move(document);
  if (service_->ready()) log_.info("Everything is ready. Begin running and processing data.");
  co_return Result<void>();
}

net::Task<void> Program::reload() {
  log_.info("Reading the configuration again");
  config::Diagnostics diagnostics;
  std::optional<Document> document = load_(diagnostics);
  log_all(log_, diagnostics);
  if (!document) {
    log_.error("The new configuration is wrong; the old one keeps running");
    co_return;
  }
  co_await service_->stop(world_.loop.clock().monotonic() + options_.stop_timeout);
  service_.reset();
  if (stop_deadline_) co_return;
  auto up = co_await bring_up(std::move(*document));
  if (up) co_return;
  log_.error("The new configuration does not start; going back to the old one",
             {{"error", up.error().message()}});
  Document old = std::move(document_);
  auto back = co_await bring_up(std::move(old));
  if (!back) log_.error("Cannot go back", {{"error", back.error().message()}});
}

void Program::on_signal(int signal) {
  if (outcome_) return;
  if (signal == SIGHUP) {
    reload_requested_ = true;
    wake_.set();
    return;
  }
  const Instant now = world_.loop.clock().monotonic();
  if (stop_deadline_) {
    if (now - (*stop_deadline_ - options_.stop_timeout) < options_.same_request) return;
    log_.warn("Stopping at once, at the second signal");
    finish({.exit_code = 1, .clean = false});
    return;
  }
  starting_.request_stop();
  log_.info("Stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  stop_deadline_ = now + options_.stop_timeout;
  give_up_timer_ = world_.loop.call_at(*stop_deadline_ + options_.stop_grace, [this] {
    log_.error("Some component did not stop in time; giving up");
    finish({.exit_code = 1, .clean = false});
  });
  wake_.set();
}

void Program::finish(Outcome outcome) {
  if (outcome_) return;
  outcome_ = outcome;
  if (give_up_timer_) world_.loop.cancel(*give_up_timer_);
  if (trim_timer_) world_.loop.cancel(*trim_timer_);
  // Not from within the coroutine, which is still on the stack.
  world_.loop.post([this] { world_.loop.stop(); });
}

void Program::trim_memory(Duration next) {
  release_unused_memory();
  trim_timer_ = world_.loop.call_at(world_.loop.clock().monotonic() + next,
                                    [this] { trim_memory(options_.trim_interval); });
}

}  // namespace tributary::collector
