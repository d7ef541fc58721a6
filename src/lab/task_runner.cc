#include "lab/task_runner.h"

#include <csignal>

#include "lab/credentials.h"
#include "lab/process_stats.h"

namespace tributary::lab {
namespace {

constexpr std::string_view kCredentialsPath = "/v2/credentials/";

net::Response json(std::string body) {
  return {
      .status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

net::Response not_found() { return {.status = 404, .headers = {}, .body = "404 page not found\n"}; }

}  // namespace

TaskRunner::TaskRunner(net::Loop& loop, Random& random, Logger log, TaskSpec spec, Options options,
                       TaskCredentials* credentials)
    : loop_(loop),
      log_(std::move(log)),
      spec_(std::move(spec)),
      options_(std::move(options)),
      credentials_(credentials),
      machine_memory_(memory_of_machine(read_file)),
      readings_(spec_.containers.size()),
      processes_(spec_.containers.size()) {
  const Timestamp now = loop.clock().now();
  state_.pull_started_at = now;
  state_.pull_stopped_at = now;  // nothing is pulled: the programs are here
  for (std::size_t i = 0; i < spec_.containers.size(); ++i)
    state_.containers.push_back(
        {.docker_id = spec_.task_id + "-" + random_string(random, 10, "0123456789"),
         .created_at = now});
}

TaskRunner::~TaskRunner() = default;

std::string TaskRunner::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

Result<void> TaskRunner::start() {
  net::HttpServerOptions server{.address = "127.0.0.1", .port = options_.port};
  auto started = net::start_http_server(
      loop_, std::move(server),
      [this](net::ServerRequest request) { return handle(this, std::move(request)); }, log_);
  if (!started) return started.error().within("task metadata endpoint");
  server_ = std::move(*started);
  for (std::size_t i = 0; i < spec_.containers.size(); ++i) {
    if (auto done = start_container(i); !done) {
      processes_.clear();
      return done.error().within("container " + spec_.containers[i].name);
    }
  }
  sample();
  background_.spawn(keep_sampling());
  return {};
}

Result<void> TaskRunner::start_container(std::size_t index) {
  const std::string& name = spec_.containers[index].name;
  ProcessOptions options{.command = spec_.containers[index].command,
                         .environment = environment_of(index)};
  options.on_line = [this, name](std::string_view line) {
    if (options_.on_line) options_.on_line(name, line);
  };
  options.on_exit = [this, index](int code) { on_exit(index, code); };
  TRIBUTARY_TRY(processes_[index], start_process(loop_, std::move(options)));
  state_.containers[index].status = ContainerStatus::running;
  state_.containers[index].started_at = loop_.clock().now();
  log_.info("container started",
            {{"container", name}, {"pid", static_cast<std::int64_t>(processes_[index]->pid())}});
  return {};
}

std::map<std::string, std::string> TaskRunner::environment_of(std::size_t index) const {
  std::map<std::string, std::string> environment = options_.environment;
  for (const auto& [name, value] : spec_.containers[index].environment) environment[name] = value;
  environment["ECS_CONTAINER_METADATA_URI_V4"] =
      endpoint() + "/v4/" + state_.containers[index].docker_id;
  environment["AWS_EXECUTION_ENV"] = "AWS_ECS_FARGATE";
  environment["AWS_REGION"] = spec_.region;
  if (credentials_ != nullptr) {
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
        endpoint() + std::string(kCredentialsPath) + credentials_->id();
    environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = credentials_->authorization_token();
  }
  return environment;
}

void TaskRunner::on_exit(std::size_t index, int code) {
  ContainerState& container = state_.containers[index];
  container.status = ContainerStatus::stopped;
  container.finished_at = loop_.clock().now();
  container.exit_code = code;
  log_.info("container stopped",
            {{"container", spec_.containers[index].name}, {"exit_code", code}});
  if (spec_.containers[index].essential && !exit_code_) exit_code_ = code;
  something_ended_.set();
}

void TaskRunner::sample() {
  const Timestamp now = loop_.clock().now();
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (!processes_[i] || state_.containers[i].status != ContainerStatus::running) continue;
    auto stats = read_process_stats(processes_[i]->pid(), now, read_file);
    if (!stats) continue;
    readings_[i].before = std::move(readings_[i].now);
    readings_[i].now = std::move(stats);
  }
}

net::Task<void> TaskRunner::keep_sampling() {
  const std::stop_token stop = stopping_.get_token();
  while (!stop.stop_requested()) {
    const bool slept = co_await net::sleep_for(loop_, options_.sample_interval, stop);
    if (slept) sample();
  }
}

bool TaskRunner::all_stopped() const {
  for (const ContainerState& container : state_.containers)
    if (container.status == ContainerStatus::running) return false;
  return true;
}

net::Task<int> TaskRunner::run(std::stop_token stop) {
  const std::stop_callback wake(stop, std::function<void()>([this] { something_ended_.set(); }));
  while (!exit_code_ && !stop.stop_requested() && !all_stopped()) {
    co_await something_ended_;
    something_ended_.reset();
  }
  const int code = stop.stop_requested() ? 0 : exit_code_.value_or(0);
  co_await stop_all();
  stopping_.request_stop();
  co_await background_.close();
  co_await server_->shutdown(1s);
  co_return code;
}

// SIGTERM in the reverse order of the start, then SIGKILL for what is left after stopTimeout.
net::Task<void> TaskRunner::stop_all() {
  for (std::size_t i = processes_.size(); i-- > 0;)
    if (state_.containers[i].status == ContainerStatus::running) processes_[i]->signal(SIGTERM);
  bool timed_out = false;
  const auto timer = loop_.call_at(loop_.clock().monotonic() + spec_.stop_timeout, [&] {
    timed_out = true;
    something_ended_.set();
  });
  while (!all_stopped() && !timed_out) {
    co_await something_ended_;
    something_ended_.reset();
  }
  loop_.cancel(timer);
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (state_.containers[i].status != ContainerStatus::running) continue;
    log_.warn("container did not stop in time", {{"container", spec_.containers[i].name}});
    processes_[i]->signal(SIGKILL);
  }
  while (!all_stopped()) {
    co_await something_ended_;
    something_ended_.reset();
  }
}

net::Task<net::Response> TaskRunner::handle(const TaskRunner* self, net::ServerRequest request) {
  co_return self->answer(request);
}

net::Response TaskRunner::answer(const net::ServerRequest& request) const {
  const std::string_view path = request.path();
  if (request.method != "GET") return {.status = 405, .headers = {{"Allow", "GET"}}, .body = {}};
  if (path.starts_with(kCredentialsPath)) {
    const std::string_view id = path.substr(kCredentialsPath.size());
    if (credentials_ == nullptr || id != credentials_->id()) return not_found();
    return credentials_->answer(request.headers.get("Authorization").value_or(""));
  }
  if (!path.starts_with("/v4/")) return not_found();
  const std::string_view rest = path.substr(4);
  const std::string_view id = rest.substr(0, rest.find('/'));
  const std::string_view what = rest.substr(id.size());
  for (std::size_t i = 0; i < state_.containers.size(); ++i) {
    if (state_.containers[i].docker_id != id) continue;
    if (what.empty()) return json(container_json(spec_, state_, i));
    if (what == "/task" || what == "/taskWithTags") return json(task_json(spec_, state_));
    if (what == "/task/stats")
      return json(task_stats_json(spec_, state_, readings_, machine_memory_));
    if (what == "/stats")
      return json(container_stats_json(spec_, state_, readings_, i, machine_memory_));
  }
  return not_found();
}

}  // namespace tributary::lab
