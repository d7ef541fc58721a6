#include "lab/runner/task_run.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "lab/network/task_network.h"
#include "lab/runner/dependencies.h"
#include "lab/runner/endpoint.h"
#include "lab/runner/environment.h"
#include "lab/runner/health.h"

namespace tributary::lab {
namespace {

constexpr const char* kCannotInitialise = "ResourceInitializationError";

std::uint64_t machine_memory() {
  static const auto kBytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                             static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return kBytes;
}

// "CannotStartContainerError: ..." and its like come from whoever knows better.
std::string reason_of(const Error& error, const std::string& name) {
  const std::string& message = error.message();
  const bool named = message.substr(0, message.find(':')).ends_with("Error");
  return named ? message : name + ": " + message;
}

}  // namespace

TaskRun::TaskRun(Context context, TaskSpec spec, std::vector<std::string> container_ids,
                 std::function<void()> on_change)
    : context_(std::move(context)),
      spec_(std::move(spec)),
      container_ids_(std::move(container_ids)),
      on_change_(std::move(on_change)),
      runs_(spec_.definition.containers.size()),
      readings_(runs_.size()) {
  state_.created_at = now();
  state_.containers.resize(runs_.size());
  for (ContainerState& container : state_.containers) container.status = Status::pending;
  life_.spawn(run());
}

TaskRun::~TaskRun() {
  *alive_ = false;
  if (wake_timer_) context_.loop.cancel(*wake_timer_);
  for (const ContainerRun& one : runs_)
    if (one.kill_timer) context_.loop.cancel(*one.kill_timer);
}

void TaskRun::stop(std::string stop_code, std::string reason) {
  if (state_.desired == Status::stopped) return;
  context_.log.info("task stops", {{"code", stop_code}, {"reason", reason}});
  state_.desired = Status::stopped;
  state_.stop_code = std::move(stop_code);
  state_.stopped_reason = std::move(reason);
  state_.stopping_at = now();
  note_change();
}

net::Task<void> TaskRun::close() {
  stop("UserInitiated", "Task stopped by its owner");
  co_await life_.close();
}

void TaskRun::note_change() {
  if (wake_timer_) return;
  wake_timer_ = context_.loop.call_at(context_.loop.clock().monotonic(), [this] {
    wake_timer_.reset();
    const auto alive = alive_;
    const auto on_change = on_change_;
    if (on_change) on_change();
    if (*alive) changed_.set();
  });
}

net::Task<void> TaskRun::run() {
  co_await net::sleep_for(context_.loop, 0s, {});  // launch() returns first
  const Result<void> prepared = co_await prepare();
  if (!prepared) {
    stop("TaskFailedToStart", prepared.error().message());
  } else {
    background_.spawn(keep_sampling());
  }
  while (true) {
    step();
    if (all_stopped()) break;
    co_await changed_;
    changed_.reset();
  }
  co_await finish();
}

net::Task<Result<void>> TaskRun::prepare() {
  auto role = co_await context_.services.assume_task_role(spec_);
  if (!role) co_return role.error();
  role_ = std::move(*role);
  auto sandbox = co_await context_.driver.create_sandbox(&spec_);
  if (!sandbox)
    co_return Error(sandbox.error().code(), reason_of(sandbox.error(), kCannotInitialise));
  sandbox_ = std::move(*sandbox);
  const auto opened = open_network();
  if (!opened) co_return Error(opened.error().code(), reason_of(opened.error(), kCannotInitialise));
  co_await pull_images();
  co_return Result<void>();
}

Result<void> TaskRun::open_network() {
  TaskNetwork& network = sandbox_->network();
  state_.address = network.address();
  auto server = network.serve_metadata(
      [this](net::ServerRequest request) { return answer(this, std::move(request)); });
  if (!server) return server.error().within("task metadata endpoint");
  server_ = std::move(*server);
  for (const TaskRunner::Lead& lead : context_.options.leads)
    if (auto led = network.lead_out(lead.inside, lead.outside); !led) return led.error();
  for (const ContainerDefinition& container : spec_.definition.containers)
    for (const PortMapping& port : container.port_mappings)
      if (port.host_port != 0)
        if (auto done = network.publish(port.host_port, port.container_port); !done)
          return done.error().within("container " + container.name);
  shares_.emplace(runs_.size(), network.interfaces());
  return {};
}

net::Task<void> TaskRun::pull_images() {
  state_.pull_started_at = now();
  std::map<std::string, PulledImage> pulled;
  for (std::size_t i = 0; i < runs_.size() && state_.desired == Status::running; ++i) {
    const std::string image = definition(i).image;
    if (!pulled.contains(image)) {
      auto login = co_await context_.services.login_for(spec_, image);
      Result<PulledImage> one = PulledImage{};
      if (login) {
        one = co_await context_.driver.pull(image, std::move(*login));
      } else {
        one = login.error();
      }
      if (!one) {
        fail(i, reason_of(one.error(), "CannotPullContainerError"));
        continue;
      }
      pulled[image] = std::move(*one);
    }
    ContainerState& container = state_.containers[i];
    container.image_id = pulled[image].id;
    container.image_digest = pulled[image].digest;
    container.status = Status::pulled;
    note_change();
  }
  state_.pull_stopped_at = now();
}

// All containers have stopped. What they leave on the machine goes before the task is STOPPED.
net::Task<void> TaskRun::finish() {
  ended_.request_stop();
  co_await background_.close();
  for (ContainerRun& one : runs_) {
    one.container.reset();
    one.log.reset();
  }
  if (server_) co_await server_->shutdown(1s);
  server_.reset();
  if (role_) co_await role_->close();
  if (sandbox_) co_await sandbox_->remove();
  sandbox_.reset();
  state_.known = Status::stopped;
  state_.stopped_at = now();
  context_.log.info("task stopped",
                    {{"code", state_.stop_code}, {"reason", state_.stopped_reason}});
  note_change();
}

void TaskRun::step() {
  if (state_.desired == Status::running) start_what_may();
  if (all_stopped()) stop("EssentialContainerExited", "All containers in task exited");
  if (state_.desired == Status::stopped) stop_what_may();
  const Status known =
      state_.desired == Status::stopped ? Status::stopping : least_advanced(state_);
  if (known == state_.known) return;
  state_.known = known;
  if (known == Status::running && !state_.started_at) state_.started_at = now();
  note_change();
}

bool TaskRun::all_stopped() const {
  return std::ranges::all_of(state_.containers, [](const ContainerState& container) {
    return container.status == Status::stopped;
  });
}

void TaskRun::start_what_may() {
  for (std::size_t i = 0; i < runs_.size() && state_.desired == Status::running; ++i) {
    if (state_.containers[i].status != Status::pulled) continue;
    Readiness readiness = readiness_of(spec_.definition, state_, i);
    if (readiness.kind == Readiness::Kind::never) fail(i, std::move(readiness.reason));
    if (readiness.kind != Readiness::Kind::ready) continue;
    runs_[i].starting = true;
    state_.containers[i].status = Status::created;
    state_.containers[i].created_at = now();
    background_.spawn(start(i));
  }
}

void TaskRun::stop_what_may() {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    ContainerState& container = state_.containers[i];
    if (container.status == Status::stopped || runs_[i].starting) continue;
    if (container.status != Status::running) {
      container.status = Status::stopped;
      note_change();  // what it depends on may stop now
    } else if (!runs_[i].signalled && may_stop(spec_.definition, state_, i)) {
      send_stop(i);
    }
  }
}

// SIGTERM, and SIGKILL for what is left after stopTimeout.
void TaskRun::send_stop(std::size_t i) {
  runs_[i].signalled = true;
  const Duration patience = definition(i).stop_timeout.value_or(context_.options.stop_timeout);
  runs_[i].kill_timer =
      context_.loop.call_at(context_.loop.clock().monotonic() + patience, [this, i] {
        runs_[i].kill_timer.reset();
        context_.log.warn("container did not stop in time", {{"container", definition(i).name}});
        runs_[i].container->signal(SIGKILL);
      });
  runs_[i].container->signal(SIGTERM);
}

net::Task<void> TaskRun::start(std::size_t i) {
  const Result<void> started = co_await start_container(i);
  ContainerRun& run = runs_[i];
  run.starting = false;
  if (!started) {
    fail(i, reason_of(started.error(), "CannotStartContainerError"));
    co_return;
  }
  ContainerState& container = state_.containers[i];
  container.docker_id = run.container->docker_id();
  container.status = Status::running;
  container.started_at = now();
  context_.log.info("container started", {{"container", definition(i).name}});
  if (run.early_exit) {
    settle(i, *run.early_exit);
  } else if (definition(i).health_check) {
    background_.spawn(keep_checking(i));
  }
  note_change();
}

net::Task<Result<void>> TaskRun::start_container(std::size_t i) {
  if (definition(i).log_configuration) {
    auto log = co_await context_.services.open_log(spec_, definition(i));
    if (!log) co_return log.error();
    runs_[i].log = std::move(*log);
  }
  const TaskNetwork& network = sandbox_->network();
  const Endpoints endpoints{.url = network.metadata_url(),
                            .is_link_local = network.isolated(),
                            .container_id = container_ids_[i],
                            .credentials_id = role_ ? role_->id() : ""};
  ContainerStart start{.task = spec_,
                       .definition = definition(i),
                       .environment = container_environment(context_.options.environment, spec_,
                                                            definition(i), endpoints),
                       .on_line =
                           [this, i](std::string_view line) {
                             if (runs_[i].log) runs_[i].log->put(now(), line);
                           },
                       .on_exit = [this, i](ContainerStart::Exit exit) { on_exit(i, exit); }};
  auto container = co_await sandbox_->start(std::move(start));
  if (!container) co_return container.error();
  runs_[i].container = std::move(*container);
  co_return Result<void>();
}

void TaskRun::on_exit(std::size_t i, ContainerStart::Exit exit) {
  if (state_.containers[i].status == Status::running)
    settle(i, exit);
  else
    runs_[i].early_exit = exit;
}

void TaskRun::settle(std::size_t i, ContainerStart::Exit exit) {
  ContainerRun& run = runs_[i];
  ContainerState& container = state_.containers[i];
  container.status = Status::stopped;
  container.finished_at = now();
  container.exit_code = exit.code;
  if (exit.out_of_memory)
    container.reason = "OutOfMemoryError: Container killed due to memory usage";
  if (run.kill_timer) context_.loop.cancel(*run.kill_timer);
  run.kill_timer.reset();
  run.ended.request_stop();
  context_.log.info("container stopped", {{"container", definition(i).name},
                                          {"exit_code", exit.code},
                                          {"out_of_memory", exit.out_of_memory}});
  if (definition(i).essential) {
    if (!state_.execution_stopped_at) state_.execution_stopped_at = now();
    stop("EssentialContainerExited", "Essential container in task exited");
  }
  note_change();
}

// A container that never ran.
void TaskRun::fail(std::size_t i, std::string reason) {
  context_.log.warn("container cannot start",
                    {{"container", definition(i).name}, {"reason", reason}});
  state_.containers[i].status = Status::stopped;
  state_.containers[i].reason = reason;
  if (definition(i).essential) stop("TaskFailedToStart", std::move(reason));
  note_change();
}

net::Task<void> TaskRun::keep_sampling() {
  const std::stop_token stop = ended_.get_token();
  while (true) {
    const bool slept =
        co_await net::sleep_for(context_.loop, context_.options.sample_interval, stop);
    if (!slept) co_return;
    co_await sample();
  }
}

net::Task<void> TaskRun::sample() {
  std::vector<bool> running;
  for (const ContainerState& container : state_.containers)
    running.push_back(container.status == Status::running);
  shares_->add(sandbox_->network().interfaces(), running);
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (state_.containers[i].status != Status::running) continue;
    auto stats = co_await runs_[i].container->stats();
    if (!stats || state_.containers[i].status != Status::running) continue;
    stats->networks = shares_->of(i);
    readings_[i].before = std::move(readings_[i].now);
    readings_[i].now = std::move(stats);
  }
}

net::Task<void> TaskRun::keep_checking(std::size_t i) {
  const HealthCheck check = *definition(i).health_check;
  const std::vector<std::string> command = health_command(check);
  if (command.empty()) co_return;
  const std::stop_token stop = runs_[i].ended.get_token();
  const Clock& clock = context_.loop.clock();
  HealthRecord record(check, clock.monotonic());
  while (true) {
    const bool slept = co_await net::sleep_for(context_.loop, check.interval, stop);
    if (!slept) co_return;
    const Result<int> code = co_await runs_[i].container->execute(command, check.timeout);
    if (stop.stop_requested()) co_return;
    ContainerState& container = state_.containers[i];
    container.health_exit_code = code ? *code : -1;
    const Health health = record.add(code && *code == 0, clock.monotonic());
    if (health == container.health) continue;
    container.health = health;
    container.health_since = now();
    context_.log.info("container's health",
                      {{"container", definition(i).name}, {"healthy", health == Health::healthy}});
    note_change();
  }
}

net::Task<net::Response> TaskRun::answer(const TaskRun* self, net::ServerRequest request) {
  co_return answer_task_request({.spec = self->spec_,
                                 .state = self->state_,
                                 .readings = self->readings_,
                                 .container_ids = self->container_ids_,
                                 .role = self->role_.get(),
                                 .machine_memory = machine_memory()},
                                request);
}

}  // namespace tributary::lab
