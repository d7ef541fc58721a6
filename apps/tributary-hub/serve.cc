// tributary-hub serve: the parts of the hub, put together.
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>

#include "base/disk.h"
#include "config/outside.h"
#include "hub/console/dashboards.h"
#include "hub/gateway/gateway.h"
#include "hub/workspaces/embedded_store.h"
#include "hub/workspaces/parallel.h"
#include "net/run_task.h"
#include "options.h"

namespace tributary {
namespace {

constexpr Duration kMaintenanceInterval = 1min;
constexpr Duration kShutdownGrace = 10s;
constexpr std::size_t kBodyBytesMax = 16U << 20;  // of a request, as it came

net::Task<void> maintain(net::Loop& loop, net::WorkerPool& workers,
                         hub::workspaces::EmbeddedStore& store, std::stop_token stop) {
  while (true) {
    const bool slept = co_await net::sleep_for(loop, kMaintenanceInterval, stop);
    if (!slept) co_return;
    auto work = [&store, &stop] {
      store.maintain(stop);
      return true;
    };
    auto awaiting = net::run(workers, loop, std::move(work));
    co_await awaiting;
  }
}

struct Hub {
  std::unique_ptr<net::Loop> loop = net::make_loop();
  Logger log;
  SystemRandom random;
  Telemetry telemetry;
  RealDisk disk;
  hub::workspaces::LimitsTable limits;
  // A query has its own thread; these help it where there are more cores.
  const std::size_t helper_count = std::max(std::thread::hardware_concurrency(), 1U) - 1;
  net::WorkerPool helpers{helper_count};
  hub::workspaces::WorkerParallel parallel{helpers, helper_count};
  std::unique_ptr<hub::identity::Store> identities;
  std::unique_ptr<hub::gateway::WorkspaceCatalog> catalog;
  std::unique_ptr<hub::workspaces::EmbeddedStore> workspaces;
  std::unique_ptr<hub::console::DashboardStore> dashboards;
};

// What the flags and the file say of limits. On a mistake in the file everything stays.
Result<void> load_limits(const HubOptions& options, hub::workspaces::LimitsTable& limits) {
  const hub::workspaces::Limits base{.retention = options.retention};
  std::string text;
  if (!options.limits_file.empty()) {
    TRIBUTARY_TRY(text, config::this_machine().read_file(options.limits_file));
  }
  config::Diagnostics diagnostics;
  limits.load(std::move(text), options.limits_file, base, diagnostics);
  if (diagnostics.has_errors()) return diagnostics.to_error();
  return {};
}

Result<void> open(const HubOptions& options, Hub& hub) {
  std::error_code failed;
  std::filesystem::create_directories(options.data, failed);
  if (failed)
    return Error(Code::unavailable, "data directory " + options.data + ": " + failed.message());
  const Clock& clock = hub.loop->clock();
  TRIBUTARY_TRY(hub.identities, hub::identity::Store::open(options.data, clock, hub.random));
  TRIBUTARY_TRY(hub.catalog, hub::gateway::open_workspace_catalog(options.data + "/workspaces.db"));
  if (auto loaded = load_limits(options, hub.limits); !loaded) return loaded;
  hub::workspaces::EmbeddedStore::Options store{.directory = options.data,
                                                .limits = hub.limits,
                                                .features = options.features,
                                                .parallel = &hub.parallel};
  TRIBUTARY_TRY(hub.workspaces,
                hub::workspaces::EmbeddedStore::open(std::move(store), hub.disk, clock,
                                                     hub.telemetry, hub.log.named("workspaces")));
  if (!options.dashboards.empty()) {
    if (const auto files = hub.disk.list(options.dashboards); !files)
      return Error(Code::invalid_argument, "--dashboards: " + files.error().message());
  }
  hub.dashboards = std::make_unique<hub::console::DashboardStore>(
      hub::console::DashboardStore::Options{.directory = options.data + "/dashboards",
                                            .folder = options.dashboards},
      hub.disk, hub.log.named("dashboards"));
  return {};
}

struct Pools {
  net::WorkerPool workers;
  net::WorkerPool queries;
  net::WorkerPool housekeeping{1};  // one workspace at a time, when nobody else wants the processor
};

hub::gateway::Gateway::Parts gateway_parts(Hub& hub, Pools& pools) {
  return {.loop = *hub.loop,
          .workers = pools.workers,
          .queries = pools.queries,
          .identities = *hub.identities,
          .catalog = *hub.catalog,
          .workspaces = *hub.workspaces,
          .limits = hub.limits,
          .dashboards = *hub.dashboards,
          .clock = hub.loop->clock(),
          .random = hub.random,
          .telemetry = hub.telemetry,
          .log = hub.log.named("gateway")};
}

net::Task<int> serve_until(const HubOptions& options, Hub& hub, Pools& pools,
                           hub::gateway::Gateway& gateway, std::stop_source& stop,
                           net::Event& stopped) {
  net::HttpServerOptions server_options{.address = options.listen.host,
                                        .port = options.listen.port,
                                        .tls = options.tls,
                                        .body_bytes_max = kBodyBytesMax};
  auto server = net::start_http_server(
      *hub.loop, std::move(server_options),
      [&gateway](net::ServerRequest request) { return gateway.handle(std::move(request)); },
      hub.log.named("http"));
  if (!server) {
    hub.log.error("cannot serve", {{"error", server.error().message()}});
    co_return 1;
  }
  gateway.set_server(**server);
  hub.log.info("serving", {{"address", options.listen.host},
                           {"port", (*server)->port()},
                           {"tls", options.tls.has_value()},
                           {"data", options.data},
                           {"version", TRIBUTARY_VERSION}});
  auto replay = [&hub, &gateway] {
    const Result<void> restored = gateway.restore();
    hub.workspaces->open_all();
    return restored;
  };
  auto replaying = net::run(pools.workers, *hub.loop, std::move(replay));
  const Result<void> restored = co_await replaying;
  if (!restored)
    hub.log.warn("a workspace could not be restored", {{"error", restored.error().message()}});
  gateway.set_ready(true);
  hub.log.info("ready");

  net::Gate background;
  background.spawn(maintain(*hub.loop, pools.housekeeping, *hub.workspaces, stop.get_token()));
  co_await stopped;
  gateway.set_ready(false);
  stop.request_stop();
  co_await background.close();
  co_await (*server)->shutdown(kShutdownGrace);
  hub.log.info("stopped");
  co_return 0;
}

}  // namespace

int serve(const HubOptions& options) {
  ::umask(077);  // everything the hub keeps is its own alone
  Hub hub;
  hub.log = Logger(std::make_shared<LogSink>(options.log, hub.loop->clock()));
  if (const auto opened = open(options, hub); !opened) {
    hub.log.error("cannot start", {{"error", opened.error().message()}});
    return 1;
  }
  // Outlives the pools: the shutdown does not wait forever for what they still do in it.
  std::optional<hub::gateway::Gateway> gateway;
  Pools pools{.workers = net::WorkerPool(options.workers),
              .queries = net::WorkerPool(options.query_workers)};
  pools.housekeeping.submit([] {
    constexpr int kLeastUrgent = 19;
    static_cast<void>(::nice(kLeastUrgent));  // of this thread alone, on Linux
  });
  std::stop_source stop;
  net::Event stopped;
  hub.loop->on_signal([&](int number) {
    if (number != SIGHUP) {
      if (!stopped.is_set()) stopped.set();
    } else if (const auto loaded = load_limits(options, hub.limits); loaded) {
      hub.log.info("limits read again", {{"file", options.limits_file}});
    } else {
      hub.log.error("limits stay as they are", {{"error", loaded.error().message()}});
    }
  });
  gateway.emplace(gateway_parts(hub, pools),
                  hub::gateway::Gateway::Options{.queries_running_max = options.query_workers});
  return net::run_task(*hub.loop, serve_until(options, hub, pools, *gateway, stop, stopped));
}

}  // namespace tributary
