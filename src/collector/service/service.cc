#include "collector/service/service.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "collector/service/wiring.h"

namespace tributary::collector {
namespace {

template <class Kind>
const Blueprint<Kind>& blueprint_of(const std::vector<Configured<Kind>>& all,
                                    const ComponentId& id) {
  const auto at =
      std::find_if(all.begin(), all.end(), [&id](const auto& one) { return one.id == id; });
  TRIBUTARY_CHECK(at != all.end() && at->blueprint != nullptr);
  return *at->blueprint;
}

// The ids that pipelines name, each once, in the order of the configuration.
template <class Kind>
std::vector<ComponentId> used(const Document& document, const std::vector<Configured<Kind>>& all,
                              std::vector<ComponentId> PipelineConfig::* list) {
  std::vector<ComponentId> ids;
  for (const Configured<Kind>& one : all) {
    const bool is_used = std::any_of(
        document.pipelines.begin(), document.pipelines.end(), [&](const PipelineConfig& pipeline) {
          const auto& named = pipeline.*list;
          return std::find(named.begin(), named.end(), one.id) != named.end();
        });
    if (is_used) ids.push_back(one.id);
  }
  return ids;
}

Error within(const ComponentId& id, std::string_view doing, const Error& error) {
  return error.within("cannot " + std::string(doing) + " " + json_string(id.to_string()));
}

constexpr std::string_view kRefusedHelp = "Samples that the pipeline refused.";

net::Task<void> stop_one(Component& component, Instant deadline) {
  co_await component.stop(deadline);
}

}  // namespace

void Entrance::consume(const BatchPtr& batch) {
  for (Processor* processor : processors_) {
    if (!processor->refuses()) continue;
    refused_.add(batch->size());
    pipeline_.refuse(batch);
    return;
  }
  pipeline_.consume(batch);
}

Service::Service(TelemetryConfig config, World world, Logger log)
    : config_(std::move(config)), world_(std::move(world)), log_(std::move(log)) {
  add_process_metrics(telemetry_, world_.loop.clock(), world_.started);
}

Result<std::unique_ptr<Service>> Service::make(const Document& document, World world, Logger log) {
  std::unique_ptr<Service> service(
      new Service(document.telemetry, std::move(world), std::move(log)));
  if (auto made = service->make_all(document); !made) return made.error();
  return service;
}

Context Service::context_for(const ComponentId& id, std::string_view kind) {
  Context context{.id = id,
                  .loop = world_.loop,
                  .random = world_.random,
                  .telemetry = telemetry_,
                  .log = log_.with(
                      {{"otelcol.component.id", id.to_string()}, {"otelcol.component.kind", kind}}),
                  .make_http_client = world_.make_http_client,
                  .env = world_.env,
                  .version = world_.version,
                  .user_agent = "tributary-collector/" + world_.version};
  context.memory = memory_;
  return context;
}

void Service::make_budget(const Document& document) {
  const std::uint64_t total = world_.memory_limit.bytes;
  std::optional<std::uint64_t> by_hand;
  for (const ComponentId& id : used(document, document.processors, &PipelineConfig::processors))
    if (const auto limit = blueprint_of(document.processors, id).memory_limit(total))
      by_hand = std::min(by_hand.value_or(*limit), *limit);
  const MemoryBudget budget = MemoryBudget::make(world_.memory_limit, by_hand);
  const auto exporters = used(document, document.exporters, &PipelineConfig::exporters).size();
  memory_ = {.limit = total,
             .queue = budget.queue_bytes(exporters),
             .resident = &resident_bytes,
             .release = &release_unused_memory};
  telemetry_
      .gauge("tributary_memory_budget_bytes",
             "What the process may hold: from its container's limit, or as memory_limiter says.")
      .set(static_cast<double>(budget.bytes));
}

Result<void> Service::make_all(const Document& document) {
  make_budget(document);
  for (const ComponentId& id : document.service_extensions) {
    auto made = blueprint_of(document.extensions, id).make(context_for(id, "Extension"));
    if (!made) return within(id, "make the extension", made.error());
    extensions_.push_back({id, std::move(*made)});
  }
  for (const ComponentId& id : used(document, document.exporters, &PipelineConfig::exporters)) {
    auto made = blueprint_of(document.exporters, id).make(context_for(id, "Exporter"));
    if (!made) return within(id, "make the exporter", made.error());
    exporters_.push_back({id, std::move(*made)});
  }
  if (auto made = make_pipelines(document); !made) return made;
  open_balances(document);
  return make_receivers(document);
}

Result<void> Service::make_pipelines(const Document& document) {
  for (const PipelineConfig& config : document.pipelines) {
    std::vector<std::unique_ptr<Processor>> processors;
    std::vector<Processor*>& known = processors_.emplace_back();
    for (const ComponentId& id : config.processors) {
      Context context = context_for(id, "Processor");
      context.log = context.log.with({{"otelcol.pipeline.id", config.id.to_string()}});
      auto made = blueprint_of(document.processors, id).make(std::move(context));
      if (!made) return within(id, "make the processor", made.error());
      known.push_back(made->get());
      processors.push_back(std::move(*made));
    }
    std::vector<Consumer*> exporters;
    for (const ComponentId& id : config.exporters) {
      const auto at = std::find_if(exporters_.begin(), exporters_.end(),
                                   [&id](const auto& one) { return one.id == id; });
      exporters.push_back(at->component.get());
    }
    pipelines_.push_back(
        {config.id, std::make_unique<Pipeline>(std::move(processors), std::move(exporters))});
  }
  return {};
}

void Service::open_balances(const Document& document) {
  std::vector<Balances::Feed> feeds;
  for (std::size_t i = 0; i < document.pipelines.size(); ++i) {
    const PipelineConfig& config = document.pipelines[i];
    Balances::Feed feed{config.id.to_string(), {}, pipelines_[i].component.get()};
    for (const ComponentId& id : config.processors) feed.processors.push_back(id.to_string());
    show_pipeline(feed, telemetry_);
    feeds.push_back(std::move(feed));
  }
  for (const Made<Exporter>& exporter : exporters_) {
    std::vector<Balances::Feed> its;
    for (std::size_t i = 0; i < document.pipelines.size(); ++i) {
      const auto& named = document.pipelines[i].exporters;
      if (std::find(named.begin(), named.end(), exporter.id) != named.end())
        its.push_back(feeds[i]);
    }
    balances_.add(exporter.id.to_string(), *exporter.component, std::move(its), telemetry_);
  }
}

Result<void> Service::make_receivers(const Document& document) {
  for (const ComponentId& id : used(document, document.receivers, &PipelineConfig::receivers)) {
    std::vector<Consumer*> fed;
    Counter& refused = telemetry_.counter("otelcol_receiver_refused_metric_points", kRefusedHelp,
                                          {{"receiver", id.to_string()}, {"transport", "http"}});
    for (std::size_t i = 0; i < document.pipelines.size(); ++i) {
      const auto& named = document.pipelines[i].receivers;
      if (std::find(named.begin(), named.end(), id) == named.end()) continue;
      fed.push_back(entrances_
                        .emplace_back(std::make_unique<Entrance>(*pipelines_[i].component,
                                                                 processors_[i], refused))
                        .get());
    }
    Consumer* consumer = fed.front();
    if (fed.size() > 1)
      consumer = fan_outs_.emplace_back(std::make_unique<FanOut>(std::move(fed))).get();
    Context context = context_for(id, "Receiver");
    context.compat = compat_for(document, id);
    auto made = blueprint_of(document.receivers, id).make(std::move(context), *consumer);
    if (!made) return within(id, "make the receiver", made.error());
    receivers_.push_back({id, std::move(*made)});
  }
  return {};
}

Result<void> Service::show_own_metrics() {
  const auto address = config_.metrics.listen_address();
  if (!address) return {};
  auto server = serve_own_metrics(*address, telemetry_, world_.start_http_server);
  if (server) {
    metrics_server_ = std::move(*server);
    return {};
  }
  const Error error = server.error().within("cannot show own metrics on " + *address);
  if (config_.metrics.is_explicit()) return error;
  log_.warn(error.message() + "; going on without");
  return {};
}

template <class Kind>
Result<void> Service::start_all(std::vector<Made<Kind>>& all) {
  for (Made<Kind>& one : all)
    if (auto started = one.component->start(*this); !started)
      return within(one.id, "start", started.error());
  return {};
}

net::Task<void> Service::prepare_processors(std::stop_token stop) {
  net::Gate gate;
  for (const std::vector<Processor*>& chain : processors_)
    for (Processor* processor : chain) gate.spawn(processor->prepare(stop));
  co_await gate.close();
}

net::Task<Result<void>> Service::start(std::stop_token stop) {
  if (auto shown = show_own_metrics(); !shown) co_return shown;
  if (auto started = start_all(extensions_); !started) co_return started;
  if (auto started = start_all(exporters_); !started) co_return started;
  co_await prepare_processors(stop);
  if (stop.stop_requested()) co_return Result<void>();
  if (auto started = start_all(receivers_); !started) co_return started;
  ready_ = true;
  co_return Result<void>();
}

template <class Kind>
net::Task<void> Service::stop_all(std::vector<Made<Kind>>& all, Instant deadline) {
  net::Gate gate;
  for (Made<Kind>& one : all) gate.spawn(stop_one(*one.component, deadline));
  co_await gate.close();
}

net::Task<void> Service::stop(Instant deadline) {
  ready_ = false;
  const Instant now = world_.loop.clock().monotonic();
  const auto share = std::chrono::duration_cast<Duration>((deadline - now) * kReceiversShare);
  co_await stop_all(receivers_, now + share);
  co_await stop_all(exporters_, deadline);
  balances_.check(log_);
  for (auto one = extensions_.rbegin(); one != extensions_.rend(); ++one)
    co_await one->component->stop(deadline);
  if (metrics_server_) co_await metrics_server_->shutdown(0s);
  metrics_server_.reset();
}

Extension* Service::find_extension(const ComponentId& id) {
  for (Made<Extension>& one : extensions_)
    if (one.id == id) return one.component.get();
  return nullptr;
}

}  // namespace tributary::collector
