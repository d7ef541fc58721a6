#include "serve.h"

#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/disk.h"
#include "lab/api/api.h"
#include "lab/api/hub_authority.h"
#include "lab/cgroup/cgroup.h"
#include "lab/cgroup/cgroup_name.h"
#include "lab/driver/docker/docker_driver.h"
#include "lab/driver/processes/process_driver.h"
#include "lab/ecs/control_plane.h"
#include "lab/ecs/ecs_api.h"
#include "lab/logs/log_store.h"
#include "lab/logs/logs_api.h"
#include "lab/network/task_network.h"
#include "lab/registry/registry.h"
#include "lab/runner/task_runner.h"
#include "lab/services/hub_task_services.h"
#include "net/run_task.h"

namespace tributary {
namespace {

constexpr Duration kShutdownGrace = 10s;
constexpr std::size_t kBodyBytesMax = 4U << 20;  // of a call and of a manifest

// What there is before anything is answered.
struct Lab {
  std::unique_ptr<net::Loop> loop = net::make_loop();
  Logger log;
  SystemRandom random;
  RealDisk disk;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<lab::HubClient> hub;
  std::unique_ptr<lab::HubAuthority> authority;
  std::unique_ptr<lab::logs::LogStore> logs;
  std::unique_ptr<lab::registry::Registry> registry;
  std::unique_ptr<lab::DockerDriver> containers;  // one of the two
  std::unique_ptr<lab::ProcessDriver> processes;

  lab::Driver& driver() const {
    return containers ? static_cast<lab::Driver&>(*containers) : *processes;
  }
};

std::string address_of(const net::HostPort& at) { return at.host + ":" + std::to_string(at.port); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Result<void> open(const ServeOptions& options, Lab& lab) {
  std::error_code failed;
  std::filesystem::create_directories(options.data, failed);
  if (failed)
    return Error(Code::unavailable, "data directory " + options.data + ": " + failed.message());
  ::chmod(options.data.c_str(), 0700);
  TRIBUTARY_TRY(auto service_key, lab::read_service_key(options.service_key));
  TRIBUTARY_TRY(lab.http,
                net::make_http_client(*lab.loop, {.tls = {.ca_file = variable("AWS_CA_BUNDLE")}}));
  lab.hub = std::make_unique<lab::HubClient>(
      *lab.loop, *lab.http,
      lab::HubClient::Options{.url = options.hub, .service_key = std::move(service_key)});
  lab.authority = std::make_unique<lab::HubAuthority>(*lab.hub);
  TRIBUTARY_TRY(lab.logs, lab::logs::LogStore::open(lab.disk, options.data + "/logs",
                                                    lab.loop->clock(), lab.log.named("logs")));
  TRIBUTARY_TRY(lab.registry, lab::registry::Registry::open(
                                  *lab.loop, lab.disk, lab.random, *lab.authority,
                                  options.data + "/registry", lab.log.named("registry")));
  lab.registry->set_address(address_of(options.listen));
  return {};
}

// A network of its own for each task, or the machine's where that is not permitted.
Result<std::unique_ptr<lab::TaskNetwork>> network_for_processes(Lab& lab) {
  auto isolated = lab::make_isolated_network(*lab.loop, lab.log.named("network"));
  if (isolated) return isolated;
  lab.log.warn("tasks share the machine's network", {{"error", isolated.error().message()}});
  return lab::machine_network(*lab.loop, lab.log.named("network"));
}

net::Task<Result<void>> make_driver(const ServeOptions& options, std::string owner, Lab& lab) {
  if (options.driver == ServeOptions::DriverKind::containers) {
    lab::DockerDriverOptions docker{
        .socket = options.container_socket,
        .owner = owner,
        .registry = address_of(options.listen),
        .join_network =
            [&lab](pid_t pid) {
              return lab::join_network_of(*lab.loop, pid, lab.log.named("network"));
            },
        .machine_network =
            [&lab] { return lab::machine_network(*lab.loop, lab.log.named("network")); },
        .log = lab.log.named("containers")};
    auto connected = co_await lab::connect_docker(lab.loop.get(), std::move(docker));
    if (!connected) {
      co_return Error(connected.error().code(),
                      connected.error().message() + "; `podman system service -t 0 unix://" +
                          options.container_socket +
                          "` serves one, and --driver processes needs none");
    }
    lab.containers = std::move(*connected);
    co_return Result<void>();
  }
  auto programs = lab::load_programs(options.programs);
  if (!programs) co_return programs.error();
  lab::ProcessDriver::Options settings{
      .cgroup_parent = lab::cgroup_name(owner),
      .cgroup_trees = lab::find_cgroup_trees(lab::read_text),
      .make_network = [&lab] { return network_for_processes(lab); }};
  lab.processes = std::make_unique<lab::ProcessDriver>(
      *lab.loop, lab.random, std::move(*programs), std::move(settings), lab.log.named("processes"));
  co_return Result<void>();
}

lab::TaskRunner::Options runner_options(const ServeOptions& options) {
  lab::TaskRunner::Options runner;
  // Programs of this machine need what programs of this machine have.
  if (options.driver == ServeOptions::DriverKind::processes)
    for (const char* name : {"PATH", "TMPDIR", "AWS_CA_BUNDLE"})
      if (!variable(name).empty()) runner.environment.emplace(name, variable(name));
  const std::string hub = options.hub.host == "localhost" ? "127.0.0.1" : options.hub.host;
  runner.leads.push_back({.inside = {hub, options.hub.port}, .outside = {hub, options.hub.port}});
  for (const net::HostPort& outside : options.lead_out)
    runner.leads.push_back({.inside = outside, .outside = outside});
  return runner;
}

net::Response text(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body)};
}

// Which of the lab's halves a request is for.
struct Routes {
  lab::ApiFront& api;
  lab::registry::Registry& registry;

  net::Task<net::Response> handle(net::ServerRequest request) {
    const std::string_view path = request.path();
    if (lab::registry::Registry::serves(path)) {
      auto answer = registry.handle(std::move(request));
      co_return co_await answer;
    }
    if (path == "/-/ready" || path == "/-/healthy")
      co_return text(200, "tributary-lab is ready.\n");
    auto answer = api.handle(std::move(request));
    co_return co_await answer;
  }
};

net::Task<int> serve_until(const ServeOptions& options, Lab& lab, net::Event& stopped) {
  const std::string owner = std::filesystem::absolute(options.data).lexically_normal();
  const auto made = co_await make_driver(options, owner, lab);
  if (!made) {
    lab.log.error("no driver", {{"error", made.error().message()}});
    co_return 1;
  }
  co_await lab.driver().sweep();

  lab::HubTaskServices services({.loop = *lab.loop,
                                 .random = lab.random,
                                 .hub = *lab.hub,
                                 .authority = *lab.authority,
                                 .logs = *lab.logs,
                                 .registry = *lab.registry,
                                 .log = lab.log.named("tasks")});
  lab::TaskRunner runner(*lab.loop, lab.random, lab.driver(), services, runner_options(options),
                         lab.log.named("tasks"));
  lab::ecs::ControlPlane control(*lab.loop, runner, lab.random, {}, lab.log.named("ecs"));
  lab::ecs::EcsApi ecs(*lab.authority, control);
  lab::logs::LogsApi logs(*lab.logs, *lab.authority, *lab.loop);
  lab::ApiFront api(*lab.authority, {&ecs, &lab.registry->api(), &logs}, lab.random,
                    lab.log.named("api"));
  Routes routes{api, *lab.registry};
  net::HttpServerOptions server_options{.address = options.listen.host,
                                        .port = options.listen.port,
                                        .body_bytes_max = kBodyBytesMax,
                                        .body_sink = [&lab](const net::ServerRequest& head) {
                                          return lab.registry->body_sink(head);
                                        }};
  auto server = net::start_http_server(
      *lab.loop, std::move(server_options),
      [&routes](net::ServerRequest request) { return routes.handle(std::move(request)); },
      lab.log.named("http"));
  if (!server) {
    lab.log.error("cannot serve", {{"error", server.error().message()}});
    co_return 1;
  }
  lab.log.info("serving",
               {{"address", address_of(options.listen)},
                {"hub", options.hub.to_string()},
                {"console", options.hub.scheme + "://" + options.hub.host_header() + "/console/"},
                {"driver", lab.driver().describe()},
                {"data", owner},
                {"version", TRIBUTARY_VERSION}});
  net::Gate background;
  std::stop_source stop;
  background.spawn(lab.registry->run(stop.get_token()));
  co_await stopped;
  lab.log.info("stopping the tasks");
  co_await control.close();
  stop.request_stop();
  co_await background.close();
  co_await (*server)->shutdown(kShutdownGrace);
  if (lab.containers) co_await lab.containers->close();
  lab.log.info("stopped");
  co_return 0;
}

}  // namespace

int serve(const ServeOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  Lab lab;
  lab.log = Logger(std::make_shared<LogSink>(options.log, lab.loop->clock()));
  if (auto opened = open(options, lab); !opened) {
    std::fprintf(stderr, "tributary-lab: %s\n", opened.error().message().c_str());
    return 1;
  }
  net::Event stopped;
  lab.loop->on_signal([&](int) { stopped.set(); });
  return net::run_task(*lab.loop, serve_until(options, lab, stopped));
}

}  // namespace tributary
