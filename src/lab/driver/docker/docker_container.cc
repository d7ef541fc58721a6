#include "lab/driver/docker/docker_container.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/strings.h"
#include "lab/cgroup/cgroup_stats.h"
#include "lab/driver/docker/log_stream.h"
#include "lab/driver/docker/out_of_memory.h"
#include "lab/driver/docker/requests.h"

namespace tributary::lab::docker {
namespace {

constexpr Duration kRetry = 1s;          // of a call that watches a container
constexpr Duration kSilenceMax = 60s;    // of the engine, before its container is taken for lost
constexpr Duration kLogsQuiet = 1500ms;  // after the end, without a line: no more will come
constexpr Duration kLook = 50ms;
constexpr int kKilled = 128 + SIGKILL;

// Docker's API takes a Unix time with a fraction.
std::string unix_time(Timestamp time) {
  const auto ns = time.time_since_epoch().count();
  char text[48];
  std::snprintf(text, sizeof text, "%lld.%09lld", static_cast<long long>(ns / 1'000'000'000),
                static_cast<long long>(ns % 1'000'000'000));
  return text;
}

// Podman 4.3 answers Docker's own wait by asking itself without a pause, which takes a whole CPU.
std::string wait_target(const Engine& engine, const std::string& id) {
  if (!engine.podman) return "/containers/" + id + "/wait";
  return std::string(kLibpod) + "/containers/" + id + "/wait?condition=exited&interval=250ms";
}

}  // namespace

struct DockerContainer::Run {
  std::string id;
  CgroupDirectories directories;  // empty where they are not of this machine
  std::function<void(std::string_view)> on_line;
  std::function<void(ContainerStart::Exit)> on_exit;
  bool ended = false;
  Timestamp last_output{};
  net::Event logs_done;
  std::stop_source stop_logs;
  std::stop_source stop_watch;
};

DockerContainer::DockerContainer(Environment& environment, net::Gate& gate, std::string id,
                                 CgroupDirectories directories, ContainerStart start)
    : environment_(environment), gate_(gate), run_(std::make_shared<Run>()) {
  run_->id = std::move(id);
  run_->directories = std::move(directories);
  run_->on_line = std::move(start.on_line);
  run_->on_exit = std::move(start.on_exit);
  gate_.spawn(follow_logs(&environment_, run_));
  gate_.spawn(watch(&environment_, run_));
}

DockerContainer::~DockerContainer() {
  run_->on_line = nullptr;
  run_->on_exit = nullptr;
  if (!run_->ended) gate_.spawn(kill(&environment_, run_, SIGKILL));
  run_->stop_logs.request_stop();
  run_->stop_watch.request_stop();
}

const std::string& DockerContainer::docker_id() const { return run_->id; }

void DockerContainer::signal(int number) {
  if (!run_->ended) gate_.spawn(kill(&environment_, run_, number));
}

net::Task<void> DockerContainer::kill(Environment* environment, std::shared_ptr<Run> run,
                                      int number) {
  const auto sent = co_await environment->api.post("/containers/" + run->id +
                                                   "/kill?signal=" + std::to_string(number));
  // Not found, or a conflict: it has ended by itself.
  if (sent || sent.error().code() == Code::not_found ||
      sent.error().code() == Code::already_exists || run->ended)
    co_return;
  environment->log.warn(
      "A signal did not reach its container",
      {{"container", run->id}, {"signal", number}, {"error", sent.error().message()}});
}

// Once more where the connection broke off, from where the output stood.
net::Task<void> DockerContainer::follow_logs(Environment* environment, std::shared_ptr<Run> run) {
  const std::stop_token stop = run->stop_logs.get_token();
  const std::string target = "/containers/" + run->id + "/logs?follow=1&stdout=1&stderr=1";
  std::string since;
  while (!stop.stop_requested()) {
    LogStream stream([run](std::string_view line) {
      if (run->on_line) run->on_line(line);
    });
    EngineApi::Call call{.method = "GET", .target = target + since, .timeout = 0s, .stop = stop};
    call.on_piece = [environment, &run, &stream](std::string_view piece) {
      run->last_output = environment->loop.clock().now();
      return stream.take(piece);
    };
    const auto ended = co_await environment->api.ask(std::move(call));
    stream.finish();
    if (ended || stop.stop_requested() || ended.error().code() == Code::not_found) break;
    environment->log.warn("A container's output broke off; it is asked for again",
                          {{"container", run->id}, {"error", ended.error().message()}});
    since = "&since=" + unix_time(environment->loop.clock().now());
    co_await net::sleep_for(environment->loop, kRetry, stop);
  }
  run->logs_done.set();
}

namespace {

// The exit code; nothing when stopped.
net::Task<std::optional<int>> wait_for_exit(Environment* environment, std::string id,
                                            std::stop_token stop) {
  const Clock& clock = environment->loop.clock();
  Instant heard = clock.monotonic();
  while (!stop.stop_requested()) {
    EngineApi::Call call{.method = "POST",
                         .target = wait_target(environment->engine, id),
                         .timeout = 0s,
                         .stop = stop};
    const Instant asked = clock.monotonic();
    const auto answer = co_await environment->api.ask(std::move(call));
    if (answer)
      if (const auto code = parse_wait(*answer)) co_return *code;
    if (stop.stop_requested()) break;
    if (clock.monotonic() - asked > kRetry) heard = clock.monotonic();  // it broke off just now
    const auto seen = co_await environment->api.get("/containers/" + id + "/json");
    if (!seen && seen.error().code() == Code::not_found) co_return kKilled;
    if (seen) {
      heard = clock.monotonic();
      if (const auto state = parse_container(*seen); state && !state->running)
        co_return state->exit_code;
    } else if (clock.monotonic() - heard > kSilenceMax) {
      environment->log.error("The engine does not answer: its container is taken for lost",
                             {{"container", id}, {"error", seen.error().message()}});
      co_return kKilled;
    }
    co_await net::sleep_for(environment->loop, kRetry, stop);
  }
  co_return std::nullopt;
}

}  // namespace

net::Task<void> DockerContainer::watch(Environment* environment, std::shared_ptr<Run> run) {
  const std::stop_token stop = run->stop_watch.get_token();
  const auto code = co_await wait_for_exit(environment, run->id, stop);
  if (!code) co_return;
  run->ended = true;
  const Clock& clock = environment->loop.clock();
  const Timestamp end = clock.now();
  // Podman may miss the end of a container that it follows, and then follows it for ever.
  while (!run->logs_done.is_set() && !stop.stop_requested() &&
         clock.now() - std::max(end, run->last_output) < kLogsQuiet)
    co_await net::sleep_for(environment->loop, kLook, stop);
  run->stop_logs.request_stop();
  co_await run->logs_done;

  ContainerStart::Exit exit{.code = *code};
  const auto seen = co_await environment->api.get("/containers/" + run->id + "/json");
  if (seen)
    if (const auto state = parse_container(*seen)) exit.out_of_memory = state->out_of_memory;
  if (exit.code != 0 && !exit.out_of_memory)
    exit.out_of_memory = was_killed_for_memory(read_kernel_log(), run->id);
  if (const auto on_exit = std::exchange(run->on_exit, nullptr)) on_exit(exit);
}

net::Task<std::optional<ContainerStats>> DockerContainer::stats() {
  const std::shared_ptr<Run> run = run_;
  Environment& environment = environment_;
  if (run->ended) co_return std::nullopt;
  const Timestamp now = environment.loop.clock().now();
  if (!run->directories.empty()) co_return read_cgroup_stats(run->directories, now, read_text);
  const auto text =
      co_await environment.api.get("/containers/" + run->id + "/stats?stream=false&one-shot=true");
  if (!text || run->ended) co_return std::nullopt;
  const auto stats = parse_stats(*text, now);
  co_return stats ? std::optional(*stats) : std::nullopt;
}

// Attached to the program's output, which nobody reads: what runs detached counts as running for
// five minutes after its end with podman.
net::Task<Result<int>> DockerContainer::execute(std::vector<std::string> command,
                                                Duration timeout) {
  const std::shared_ptr<Run> run = run_;
  Environment& environment = environment_;
  if (run->ended) co_return Error(Code::not_found, "the container has ended");
  const Instant end = environment.loop.clock().monotonic() + timeout;
  const auto made =
      co_await environment.api.post("/containers/" + run->id + "/exec", create_exec_body(command));
  if (!made) co_return made.error().within("exec");
  TRIBUTARY_CO_TRY(const std::string id, parse_id(*made));
  EngineApi::Call call{.method = "POST",
                       .target = "/exec/" + id + "/start",
                       .body = "{\"Detach\":false,\"Tty\":false}",
                       .timeout = timeout,
                       .on_piece = [](std::string_view) { return Result<void>(); },
                       .stop = run->stop_watch.get_token()};
  const auto ran = co_await environment.api.ask(std::move(call));
  if (!ran && ran.error().code() != Code::timeout) co_return ran.error().within("exec");
  for (;;) {
    const auto text = co_await environment.api.get("/exec/" + id + "/json");
    if (!text) co_return text.error().within("exec");
    TRIBUTARY_CO_TRY(const ExecInspection seen, parse_exec(*text));
    if (!seen.running) co_return seen.exit_code;
    if (environment.loop.clock().monotonic() >= end) {
      if (cgroup_of_container(environment, seen.pid, run->id)) ::kill(seen.pid, SIGKILL);
      co_return Error(Code::timeout,
                      "exec: did not end within " + std::to_string(to_ms(timeout)) + " ms");
    }
    co_await net::sleep_for(environment.loop, kLook, run->stop_watch.get_token());
    if (run->stop_watch.stop_requested()) co_return Error(Code::cancelled, "exec: stopped");
  }
}

std::optional<CgroupDirectories> cgroup_of_container(const Environment& environment, pid_t pid,
                                                     const std::string& id) {
  if (pid <= 0 || id.empty()) return std::nullopt;
  auto directories = cgroup_of(pid, environment.trees, read_text);
  if (!directories) return std::nullopt;
  for (auto& [controller, directory] : *directories) {
    const std::size_t at = directory.find(id);
    if (at == std::string::npos) return std::nullopt;
    // What the engine may have made below the container's own cgroup is a part of it.
    directory.resize(std::min(directory.size(), directory.find('/', at)));
  }
  return directories->empty() ? std::nullopt : directories;
}

}  // namespace tributary::lab::docker
