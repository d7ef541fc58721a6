#include "collector/service/own_metrics.h"

#include <malloc.h>
#include <sys/resource.h>

#include "collector/service/memory_budget.h"

namespace tributary::collector {
namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

net::Task<net::Response> answer(net::ServerRequest request, const Telemetry& telemetry) {
  net::Response response;
  if (request.path() != "/metrics") {
    response.status = 404;
    response.body = "own metrics are at /metrics\n";
  } else if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.headers.set("Allow", "GET");
  } else {
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = telemetry.render();
  }
  co_return response;
}

}  // namespace

void add_process_metrics(Telemetry& telemetry, const Clock& clock, Instant started) {
  telemetry.gauge_function(
      "otelcol_process_uptime", "Uptime of the process in seconds.", {}, [&clock, started] {
        return std::chrono::duration<double>(clock.monotonic() - started).count();
      });
  telemetry.gauge_function("otelcol_process_cpu_seconds",
                           "CPU time of the process, user and system, in seconds.", {},
                           &cpu_seconds);
  telemetry.gauge_function("otelcol_process_memory_rss", "Resident memory in bytes.", {},
                           [] { return static_cast<double>(resident_bytes()); });
  telemetry.gauge_function("otelcol_process_runtime_heap_alloc_bytes",
                           "Bytes of the heap that are in use.", {}, [] {
                             const struct mallinfo2 info = mallinfo2();
                             return static_cast<double>(info.uordblks + info.hblkhd);
                           });
  telemetry.gauge_function("otelcol_process_runtime_total_sys_memory_bytes",
                           "Bytes that the heap has got from the system.", {}, [] {
                             const struct mallinfo2 info = mallinfo2();
                             return static_cast<double>(info.arena + info.hblkhd);
                           });
}

Result<std::unique_ptr<net::HttpServer>> serve_own_metrics(const std::string& address,
                                                           const Telemetry& telemetry,
                                                           const StartHttpServer& start) {
  TRIBUTARY_TRY(const net::HostPort listen, net::parse_host_port(address));
  net::HttpServerOptions options;
  options.address = listen.host;
  options.port = listen.port;
  options.connections_max = 16;
  options.body_bytes_max = 1024;
  return start(std::move(options), [&telemetry](net::ServerRequest request) {
    return answer(std::move(request), telemetry);
  });
}

}  // namespace tributary::collector
