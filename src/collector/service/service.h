// Runs one document: makes its components, joins them to pipelines, starts and stops them in order.
// Start: own metrics, extensions, exporters, processors, receivers. Stop: the reverse, so that the
// receivers' last batches still find their exporters, and these their credentials.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/telemetry.h"
#include "collector/pipeline/component.h"
#include "collector/pipeline/pipeline.h"
#include "collector/service/balances.h"
#include "collector/service/document.h"
#include "collector/service/memory_budget.h"
#include "collector/service/own_metrics.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::collector {

// The outside world of a service; outlives it.
struct World {
  net::Loop& loop;
  Random& random;
  std::function<Result<std::unique_ptr<net::HttpClient>>(net::HttpClientOptions)> make_http_client;
  StartHttpServer start_http_server;
  std::function<std::string(std::string_view)> env;
  std::string version;
  Instant started{};  // the process
  MemoryLimit memory_limit = {};
};

// Lets batches of one receiver into one pipeline, unless a processor refuses them.
class Entrance final : public Consumer {
 public:
  Entrance(Pipeline& pipeline, std::vector<Processor*> processors, Counter& refused)
      : pipeline_(pipeline), processors_(std::move(processors)), refused_(refused) {}

  void consume(const BatchPtr& batch) override;

 private:
  Pipeline& pipeline_;
  std::vector<Processor*> processors_;
  Counter& refused_;
};

class Service final : public Host {
 public:
  // Receivers may take this part of the time to stop; what is left is for the exporters.
  static constexpr double kReceiversShare = 0.4;

  // Makes the components. The document is without errors.
  static Result<std::unique_ptr<Service>> make(const Document& document, World world, Logger log);

  // Waits for the processors. On an error some components run already: stop before dying. Without
  // an error and not ready: `stop` came before the receivers.
  net::Task<Result<void>> start(std::stop_token stop);
  net::Task<void> stop(Instant deadline);

  Extension* find_extension(const ComponentId& id) override;
  bool ready() const override { return ready_; }

  const Telemetry& telemetry() const { return telemetry_; }

 private:
  template <class Kind>
  struct Made {
    ComponentId id;
    std::unique_ptr<Kind> component;
  };

  Service(TelemetryConfig config, World world, Logger log);

  Result<void> make_all(const Document& document);
  Result<void> make_pipelines(const Document& document);
  Result<void> make_receivers(const Document& document);
  void open_balances(const Document& document);
  net::Task<void> prepare_processors(std::stop_token stop);
  Result<void> show_own_metrics();
  void make_budget(const Document& document);
  Context context_for(const ComponentId& id, std::string_view kind);
  template <class Kind>
  Result<void> start_all(std::vector<Made<Kind>>& all);
  template <class Kind>
  net::Task<void> stop_all(std::vector<Made<Kind>>& all, Instant deadline);

  TelemetryConfig config_;
  World world_;
  Logger log_;
  Telemetry telemetry_;  // before the components, which count in it
  std::unique_ptr<net::HttpServer> metrics_server_;
  std::vector<Made<Extension>> extensions_;
  std::vector<Made<Exporter>> exporters_;
  std::vector<Made<Pipeline>> pipelines_;
  Balances balances_;
  std::vector<std::vector<Processor*>> processors_;  // of each pipeline
  std::vector<std::unique_ptr<Entrance>> entrances_;
  std::vector<std::unique_ptr<FanOut>> fan_outs_;  // of receivers that feed several pipelines
  std::vector<Made<Receiver>> receivers_;
  Memory memory_;
  bool ready_ = false;
};

}  // namespace tributary::collector
