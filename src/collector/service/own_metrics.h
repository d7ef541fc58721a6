// What the program says about its own process, under the names of the OpenTelemetry Collector, and
// the HTTP server that shows it together with what the components count.
//
// Threads: the loop's; the figures are read when they are asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/telemetry.h"
#include "net/http.h"

namespace tributary::collector {

// Adds otelcol_process_* to `telemetry`, of a process that started at `started`. `clock` outlives
// it.
void add_process_metrics(Telemetry& telemetry, const Clock& clock, Instant started);

using StartHttpServer =
    std::function<Result<std::unique_ptr<net::HttpServer>>(net::HttpServerOptions, net::Handler)>;

// GET /metrics on `address` (host:port) in the Prometheus text format. `telemetry` outlives it.
Result<std::unique_ptr<net::HttpServer>> serve_own_metrics(const std::string& address,
                                                           const Telemetry& telemetry,
                                                           const StartHttpServer& start);

}  // namespace tributary::collector
