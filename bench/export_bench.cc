// What it costs the remote-write exporter to make requests of batches: of series it has never seen,
// of those it sees for the second time, and of those it knows. Series are those of a page of a Go
// program, half of them histograms.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "collector/exporters/prometheusremotewrite/request.h"

namespace {

using namespace tributary;
using namespace tributary::collector::prometheusremotewrite;

constexpr std::int64_t kTime = 1'700'000'000'000;

std::shared_ptr<const MetricFamily> make_family(std::string name, MetricType type) {
  auto family = std::make_shared<MetricFamily>();
  family->name = std::move(name);
  family->type = type;
  return family;
}

ShapePtr make_shape(std::size_t count) {
  static const std::vector<std::string> kBounds = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                                   "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  static const std::vector<std::string> kRoutes = {
      "/api/v1/users/{id}", "/api/v1/orders", "/api/v1/cart", "/api/v1/products/{sku}", "/healthz"};
  const auto resource = std::make_shared<const Resource>(
      Resource{{{"service.name", std::string("checkout")},
                {"service.instance.id", std::string("10.0.17.4:8000")},
                {"server.address", std::string("10.0.17.4")},
                {"server.port", std::string("8000")},
                {"url.scheme", std::string("http")}},
               ""});
  const auto scope = std::make_shared<const Scope>(
      Scope{"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver",
            "v0.1.0",
            {}});
  ShapeBuilder builder;
  std::size_t made = 0;
  const auto add = [&](const auto& family, Role role, Labels labels) {
    labels.set("instance", "10.0.17.4:8000");
    labels.set("job", "checkout");
    if (made++ < count) builder.add(Series{family, role, std::move(labels), resource, scope});
  };
  for (std::size_t set = 0; made < count; ++set) {
    const Labels labels{{"method", set % 2 == 0 ? "GET" : "POST"},
                        {"route", kRoutes[set % 5] + "/r" + std::to_string(set / 10)}};
    const std::string number = std::to_string(set / 20);
    const auto histogram =
        make_family("http_server_" + number + "_request_duration_seconds", MetricType::histogram);
    for (const std::string& bound : kBounds) {
      Labels own = labels;
      own.set("le", bound);
      add(histogram, Role::bucket, own);
    }
    add(histogram, Role::sum, labels);
    add(histogram, Role::count, labels);
    const auto counter =
        make_family("kafka_" + number + "_events_processed_total", MetricType::counter);
    for (int code = 200; code < 214; ++code) {
      Labels own = labels;
      own.set("code", std::to_string(code));
      own.set("deployment", "checkout-1-7d9f8b6c5d");
      add(counter, Role::value, own);
    }
  }
  return builder.finish();
}

BatchPtr make_batch(const ShapePtr& shape, std::int64_t time_ms) {
  auto batch = std::make_shared<Batch>();
  batch->shape = shape;
  batch->timestamp_ms = time_ms;
  for (std::size_t i = 0; i < shape->size(); ++i)
    batch->values.push_back(static_cast<double>(i * 7919 % 50'000));
  return batch;
}

// Writes the batch `before` times, then once timed.
void write_batches(benchmark::State& state, int before) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const BatchPtr batch = make_batch(make_shape(series), kTime);
  std::size_t bytes = 0, resident = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ShapeCache cache(CompileOptions{});
    OpenRequest open(SizeLimits{});
    for (int i = 0; i < before; ++i) open.add(cache.get(batch->shape), batch, Instant{});
    open.encode();
    state.ResumeTiming();
    const CompiledShapePtr shape = cache.get(batch->shape);
    open.add(shape, batch, Instant{});
    const auto requests = open.encode();
    state.PauseTiming();
    bytes = resident = 0;
    for (const EncodedRequest& request : requests) bytes += request.bytes();
    for (const CompiledRunPtr& run : shape->runs) resident += run->resident_bytes();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
  state.counters["wire_bytes"] = static_cast<double>(bytes) / static_cast<double>(series);
  state.counters["resident_bytes"] = static_cast<double>(resident) / static_cast<double>(series);
}

void BM_NewSeries(benchmark::State& state) { write_batches(state, 0); }
BENCHMARK(BM_NewSeries)->Arg(1'000)->Arg(50'000);

void BM_SeriesThatComeAgain(benchmark::State& state) { write_batches(state, 1); }
BENCHMARK(BM_SeriesThatComeAgain)->Arg(1'000)->Arg(50'000);

void BM_KnownSeries(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const BatchPtr batch = make_batch(make_shape(series), kTime);
  ShapeCache cache(CompileOptions{});
  OpenRequest open(SizeLimits{});
  for (int i = 0; i < 2; ++i) open.add(cache.get(batch->shape), batch, Instant{});
  open.encode();
  for (auto _ : state) {
    open.add(cache.get(batch->shape), batch, Instant{});
    benchmark::DoNotOptimize(open.encode());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(series) * state.iterations());
}
BENCHMARK(BM_KnownSeries)->Arg(60)->Arg(1'000)->Arg(50'000);

}  // namespace

BENCHMARK_MAIN();
