// What series cost between receiver and exporter: packing them into runs and unpacking them, and a
// batch on its way through a chain of processors. The series are those of an application: counters
// and histograms by method, route and code. `bytes_per_series` is what runs hold in memory.
#include <benchmark/benchmark.h>

#include <malloc.h>

#include <memory>
#include <string>
#include <vector>

#include "collector/pipeline/fake_context.h"
#include "collector/pipeline/pipeline.h"
#include "collector/processors/filter/filter.h"

namespace {

using namespace tributary;
using namespace tributary::collector;

// `first` numbers the series, so that another one gives others.
std::vector<Series> make_series(std::size_t count, std::size_t first = 0) {
  static const std::vector<std::string> kBounds = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                                   "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  const auto resource = std::make_shared<const Resource>();
  const auto scope = std::make_shared<const Scope>();
  std::shared_ptr<const MetricFamily> family;
  std::vector<Series> out;
  for (std::size_t point = first; out.size() < count; ++point) {
    const bool is_histogram = point / 16 % 2 == 0;
    if (family == nullptr || point % 16 == 0) {
      family = std::make_shared<const MetricFamily>(
          MetricFamily{.name = "app_requests_" + std::to_string(point / 16 % 100),
                       .type = is_histogram ? MetricType::histogram : MetricType::counter});
    }
    Labels labels{{"instance", "10.0.0.1:8000"},
                  {"job", "app"},
                  {"method", point % 2 == 0 ? "GET" : "POST"},
                  {"route", "/api/v1/things/" + std::to_string(point)}};
    const auto add = [&](Role role, const Labels& its) {
      if (out.size() < count) out.push_back({family, role, its, resource, scope});
    };
    if (!is_histogram) {
      add(Role::value, labels);
      continue;
    }
    for (const std::string& bound : kBounds) {
      labels.set("le", bound);
      add(Role::bucket, labels);
    }
    labels.erase("le");
    add(Role::sum, labels);
    add(Role::count, labels);
  }
  return out;
}

std::int64_t items(const benchmark::State& state, std::size_t per_iteration) {
  return static_cast<std::int64_t>(per_iteration) * state.iterations();
}

void BM_Pack(benchmark::State& state) {
  const std::vector<Series> series = make_series(static_cast<std::size_t>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Shape shape{std::span(series)};
    bytes = 0;
    for (const SeriesRunPtr& run : shape.runs()) bytes += run->bytes();
  }
  state.SetItemsProcessed(items(state, series.size()));
  state.counters["bytes_per_series"] =
      static_cast<double>(bytes) / static_cast<double>(series.size());
}
BENCHMARK(BM_Pack)->Arg(1'000)->Arg(50'000);

void BM_Unpack(benchmark::State& state) {
  const Shape shape{std::span<const Series>(make_series(static_cast<std::size_t>(state.range(0))))};
  for (auto _ : state) benchmark::DoNotOptimize(shape.unpack());
  state.SetItemsProcessed(items(state, shape.size()));
}
BENCHMARK(BM_Unpack)->Arg(1'000)->Arg(50'000);

// Reading without strings, as the filter does.
void BM_Walk(benchmark::State& state) {
  const Shape shape{std::span<const Series>(make_series(1'000))};
  for (auto _ : state) {
    for (const SeriesRunPtr& run : shape.runs()) {
      SeriesRunReader reader(*run);
      while (reader.next()) benchmark::DoNotOptimize(reader.view().labels.data());
    }
  }
  state.SetItemsProcessed(items(state, shape.size()));
}
BENCHMARK(BM_Walk);

struct CountingConsumer final : Consumer {
  void consume(const BatchPtr& batch) override { samples += batch->size(); }
  std::size_t samples = 0;
};

struct Chain {
  explicit Chain(const std::vector<std::string>& filters) {
    std::vector<std::unique_ptr<Processor>> processors;
    for (const std::string& yaml : filters) {
      const FakeSettings<filter::Config> settings("metrics: {exclude: " + yaml + "}");
      processors.push_back(
          std::make_unique<filter::Filter>(fake.make({"filter", ""}), settings.value));
    }
    pipeline = std::make_unique<Pipeline>(std::move(processors), std::vector<Consumer*>{&consumer});
  }

  FakeContext fake;
  CountingConsumer consumer;
  std::unique_ptr<Pipeline> pipeline;
};

// Three filters: nothing is dropped, or families here and there.
const std::vector<std::string> kKeepAll(3, "{match_type: strict, metric_names: [none]}");
const std::vector<std::string> kDropSome = {"{match_type: regexp, metric_names: ['1$']}",
                                            "{match_type: regexp, metric_names: ['3$']}",
                                            "{match_type: regexp, metric_names: ['4$']}"};

BatchPtr batch_of(ShapePtr shape) {
  Batch batch;
  batch.values.resize(shape->size(), 1);
  batch.shape = std::move(shape);
  return std::make_shared<const Batch>(std::move(batch));
}

void known_shape(benchmark::State& state, const std::vector<std::string>& filters) {
  Chain chain(filters);
  const BatchPtr batch = batch_of(std::make_shared<const Shape>(make_series(1'000)));
  for (auto _ : state) chain.pipeline->consume(batch);
  state.SetItemsProcessed(items(state, batch->size()));
}
void BM_ChainKeepsAll(benchmark::State& state) { known_shape(state, kKeepAll); }
void BM_ChainDropsSome(benchmark::State& state) { known_shape(state, kDropSome); }
BENCHMARK(BM_ChainKeepsAll);
BENCHMARK(BM_ChainDropsSome);

// Every run is new, so the whole chain is worked out.
void BM_ChainOfNewSeries(benchmark::State& state) {
  Chain chain(kDropSome);
  const std::vector<Series> series = make_series(1'000);
  for (auto _ : state) {
    state.PauseTiming();
    const BatchPtr batch = batch_of(std::make_shared<const Shape>(series));
    state.ResumeTiming();
    chain.pipeline->consume(batch);
  }
  state.SetItemsProcessed(items(state, series.size()));
}
BENCHMARK(BM_ChainOfNewSeries);

// 10,000 shapes in a row, of 10 runs each, one of which has new series every time. The counters say
// what the program held after the first thousand shapes and how much more at the end.
void BM_Churn(benchmark::State& state) {
  constexpr std::size_t kShapes = 10'000;
  constexpr std::size_t kRunSeries = 100;
  const auto resident = [] { return static_cast<double>(::mallinfo2().uordblks); };
  for (auto _ : state) {
    Chain chain(kDropSome);
    const auto make_run = [](std::size_t first) {
      return std::make_shared<const SeriesRun>(make_series(kRunSeries, first));
    };
    std::vector<SeriesRunPtr> runs;
    for (std::size_t i = 0; i < 10; ++i) runs.push_back(make_run(i * kRunSeries));
    double warm = 0;
    for (std::size_t i = 0; i < kShapes; ++i) {
      runs[i % runs.size()] = make_run((10 + i) * kRunSeries);
      chain.pipeline->consume(batch_of(std::make_shared<const Shape>(runs)));
      if (i == kShapes / 10) warm = resident();
    }
    state.counters["warm_bytes"] = warm;
    state.counters["growth_bytes"] = resident() - warm;
    state.counters["known_runs"] = static_cast<double>(chain.pipeline->known_runs());
    state.counters["known_shapes"] = static_cast<double>(chain.pipeline->known_shapes());
  }
  state.SetItemsProcessed(items(state, kShapes * kRunSeries * 10));
}
BENCHMARK(BM_Churn)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
