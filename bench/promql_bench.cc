// What queries cost: those of ../shared/bench/query.py over series like those of rwload.cpp, 100
// instances with a thousand series each and 240 samples 15 s apart; in the database, or ("plain/")
// in a store in memory where selecting is a walk over the series of one metric and reading a copy,
// so that what remains is the engine's.
//
//   promql_bench [--benchmark_filter=...]      TRIBUTARY_BENCH_THREADS: default 1
//                                              TRIBUTARY_BENCH_DIRECTORY: default /tmp
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "model/packed_labels.h"
#include "promql/engine.h"
#include "promql/parallel.h"
#include "tsdb/db.h"
#include "tsdb/write_batch.h"

namespace {

using namespace tributary;

constexpr std::int64_t kStepMs = 15'000;
constexpr std::int64_t kStartMs = 1'700'006'400'000;
constexpr std::size_t kRounds = 240;
constexpr std::size_t kInstances = 100;

struct Series {
  std::string packed;
  std::vector<Sample> samples;
};
using SeriesOfMetric = std::vector<Series>;

class List final : public SeriesList {
 public:
  List(std::vector<const Series*> found, std::int64_t min_ms, std::int64_t max_ms)
      : found_(std::move(found)), min_ms_(min_ms), max_ms_(max_ms) {}
  std::size_t size() const override { return found_.size(); }
  LabelsView labels(std::size_t i) const override { return LabelsView(found_[i]->packed); }
  Result<void> read(std::size_t i, SeriesSamples& out) const override {
    const auto& all = found_[i]->samples;
    const auto begin = std::ranges::lower_bound(all, min_ms_, {}, &Sample::timestamp_ms);
    const auto end = std::ranges::upper_bound(all, max_ms_, {}, &Sample::timestamp_ms);
    out.floats.insert(out.floats.end(), begin, end);
    return {};
  }

 private:
  std::vector<const Series*> found_;
  std::int64_t min_ms_;
  std::int64_t max_ms_;
};

class Store final : public Queryable {
 public:
  Store();
  Result<std::unique_ptr<Querier>> querier(std::int64_t min_ms, std::int64_t max_ms) const override;

  std::map<std::string, SeriesOfMetric, std::less<>> metrics;

 private:
  using Extra = std::vector<std::pair<std::string, std::string>>;
  void add(std::string_view metric, const Extra& extra, bool counter);
  void add_instance(std::size_t instance);
  void add_requests();
  void add_gauges();

  Extra identity_;
  std::uint64_t seed_ = 0;
};

class StoreQuerier final : public Querier {
 public:
  StoreQuerier(const Store& store, std::int64_t min_ms, std::int64_t max_ms)
      : store_(store), min_ms_(min_ms), max_ms_(max_ms) {}
  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    std::vector<const Series*> found;
    for (const auto& [name, series] : store_.metrics) {
      const auto of_name = [&](const Matcher& m) {
        return m.name() != kMetricName || m.matches(name);
      };
      if (!std::ranges::all_of(matchers, of_name)) continue;
      for (const Series& one : series) {
        const LabelsView labels(one.packed);
        const bool matches = std::ranges::all_of(matchers, [&](const Matcher& m) {
          return m.name() == kMetricName || m.matches(labels.get(m.name()));
        });
        if (matches) found.push_back(&one);
      }
    }
    return std::unique_ptr<SeriesList>(std::make_unique<List>(std::move(found), min_ms_, max_ms_));
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher>) const override {
    return std::vector<std::string>();
  }
  Result<std::vector<std::string>> label_values(std::string_view,
                                                std::span<const Matcher>) const override {
    return std::vector<std::string>();
  }

 private:
  const Store& store_;
  std::int64_t min_ms_;
  std::int64_t max_ms_;
};

Result<std::unique_ptr<Querier>> Store::querier(std::int64_t min_ms, std::int64_t max_ms) const {
  return std::unique_ptr<Querier>(std::make_unique<StoreQuerier>(*this, min_ms, max_ms));
}

void Store::add(std::string_view metric, const Extra& extra, bool counter) {
  std::vector<Label> labels{{std::string(kMetricName), std::string(metric)}};
  for (const auto& [name, value] : identity_) labels.push_back({name, value});
  for (const auto& [name, value] : extra) labels.push_back({name, value});
  Series& series = metrics[std::string(metric)].emplace_back();
  series.packed = pack(Labels(std::move(labels)));
  const double rate = static_cast<double>(++seed_ % 97) + 0.5;
  for (std::size_t i = 0; i < kRounds; ++i) {
    const double t = static_cast<double>(i) * 15;
    const double value = counter ? std::floor(1000 + rate * t)
                                 : std::floor(rate * 1000 * (1 + 0.2 * std::sin(t * 0.13 + rate)));
    series.samples.push_back({kStartMs + static_cast<std::int64_t>(i) * kStepMs, value});
  }
}

void Store::add_requests() {
  const char* const routes[] = {"/api/v1/users", "/api/v1/orders", "/api/v1/cart", "/api/v1/search",
                                "/healthz",      "/login",         "/logout",      "/static",
                                "/graphql",      "/metrics",       "/api/v1/a",    "/api/v1/b"};
  const char* const bounds[] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    for (const char* route : routes) {
      for (const char* code : {"200", "404", "500"}) {
        add("http_requests_total", {{"method", method}, {"code", code}, {"route", route}}, true);
      }
      if (method[0] == 'D' || std::string_view(method) == "PUT") continue;
      for (const char* le : bounds) {
        add("http_request_duration_seconds_bucket",
            {{"method", method}, {"route", route}, {"le", le}}, true);
      }
      add("http_request_duration_seconds_count", {{"method", method}, {"route", route}}, true);
      add("http_request_duration_seconds_sum", {{"method", method}, {"route", route}}, true);
    }
  }
}

void Store::add_gauges() {
  const auto number = [](std::string_view prefix, std::size_t i) {
    return std::string(prefix) + std::to_string(i);
  };
  for (std::size_t i = 0; i < 24; ++i) {
    add("memory_usage_bytes", {{"pool", number("pool-", i / 8)}, {"shard", number("", i % 8)}},
        false);
  }
  for (std::size_t i = 0; i < 40; ++i) add("queue_depth", {{"queue", number("queue-", i)}}, false);
  for (std::size_t i = 0; i < 10; ++i) {
    add("rpc_duration_seconds_count", {{"service", number("svc-", i)}}, true);
  }
  for (std::size_t i = 0; i < 20; ++i) {
    add("cache_hits_total", {{"cache", number("cache-", i)}}, true);
    add("cache_misses_total", {{"cache", number("cache-", i)}}, true);
    add("errors_total", {{"type", number("error-", i)}}, true);
  }
  for (std::size_t i = 0; i < 160; ++i) {
    add("kafka_consumer_lag",
        {{"topic", number("topic-", i / 16)}, {"partition", number("", i % 16)}}, false);
  }
  for (std::size_t i = 0; i < 16; ++i) {
    add("disk_io_bytes_total",
        {{"device", number("sd", i / 2)}, {"direction", i % 2 == 0 ? "read" : "write"}}, true);
  }
}

void Store::add_instance(std::size_t instance) {
  const char* const jobs[] = {"api", "web", "worker", "db", "cache"};
  const char* const regions[] = {"eu-west-1", "us-east-1", "ap-south-1"};
  const char* const modes[] = {"user", "system", "idle",    "iowait",
                               "nice", "irq",    "softirq", "steal"};
  identity_ = {{"env", instance % 7 == 0 ? "staging" : "prod"},
               {"instance", "10.0.0." + std::to_string(instance) + ":9100"},
               {"job", jobs[instance % 5]},
               {"region", regions[instance % 3]}};
  add("up", {}, false);
  add("build_info", {{"version", instance % 4 == 0 ? "1.5.0" : "1.4.2"}}, false);
  add("process_resident_memory_bytes", {}, false);
  for (std::size_t cpu = 0; cpu < 16; ++cpu) {
    for (const char* mode : modes) {
      add("node_cpu_seconds_total", {{"cpu", std::to_string(cpu)}, {"mode", mode}}, true);
    }
  }
  add_requests();
  add_gauges();
}

Store::Store() {
  for (std::size_t i = 0; i < kInstances; ++i) add_instance(i);
  for (auto& [name, series] : metrics) {
    std::ranges::sort(series, [](const Series& a, const Series& b) {
      return compare(LabelsView(a.packed), LabelsView(b.packed)) < 0;
    });
  }
}

class Threads final : public promql::Parallel {
 public:
  explicit Threads(std::size_t width) : width_(width) {}
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& part) override {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) part(i);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < width_; ++i) threads.emplace_back(work);
    work();
  }

 private:
  std::size_t width_;
};

struct Query {
  const char* name;
  bool range;
  const char* text;
};

const Query kQueries[] = {
    {"one series", false, "process_resident_memory_bytes{instance=\"10.0.0.7:9100\"}"},
    {"count all up", false, "count(up)"},
    {"sum by gauge", false, "sum by (topic) (kafka_consumer_lag)"},
    {"sum rate by job", false, "sum by (job) (rate(http_requests_total[5m]))"},
    {"error ratio", false,
     "sum by (job) (rate(http_requests_total{code=\"500\"}[5m])) / sum by (job) "
     "(rate(http_requests_total[5m]))"},
    {"histogram_quantile", false,
     "histogram_quantile(0.9, sum by (le, job) (rate(http_request_duration_seconds_bucket[5m])))"},
    {"topk rate", false, "topk(5, sum by (route) (rate(http_requests_total[5m])))"},
    {"avg_over_time 1h", false, "avg by (pool) (avg_over_time(memory_usage_bytes[50m]))"},
    {"max_over_time", false, "max by (queue) (max_over_time(queue_depth[30m]))"},
    {"quantile_over_time", false,
     "max by (topic) (quantile_over_time(0.95, kafka_consumer_lag[30m]))"},
    {"increase", false, "sum by (type) (increase(errors_total[30m]))"},
    {"regex matcher", false,
     "sum by (route) "
     "(http_requests_total{route=~\"/api/v1/(users|orders|cart).*\",code!~\"4..\"})"},
    {"regex on instance", false,
     "count(node_cpu_seconds_total{instance=~\"10\\\\.0\\\\.0\\\\.[1-4].:9100\",mode=\"idle\"})"},
    {"join on", false,
     "sum by (version) (sum by (instance) (rate(http_requests_total[5m])) * on (instance) "
     "group_left (version) build_info)"},
    {"label_replace", false,
     "sum by (svc) (label_replace(rpc_duration_seconds_count, \"svc\", \"$1\", \"service\", "
     "\"svc-(.*)\"))"},
    {"subquery", false, "max_over_time(sum(rate(http_requests_total{job=\"api\"}[5m]))[30m:1m])"},
    {"count values", false, "count by (version) (build_info)"},
    {"range: one series", true, "queue_depth{instance=\"10.0.0.7:9100\",queue=\"queue-1\"}"},
    {"range: sum gauge", true, "sum by (region) (memory_usage_bytes)"},
    {"range: sum rate", true, "sum(rate(http_requests_total[5m]))"},
    {"range: sum rate by 2", true, "sum by (job, code) (rate(http_requests_total[5m]))"},
    {"range: cpu idle", true,
     "100 * (1 - avg by (job) (rate(node_cpu_seconds_total{mode=\"idle\"}[5m])))"},
    {"range: histogram_quantile", true,
     "histogram_quantile(0.99, sum by (le) "
     "(rate(http_request_duration_seconds_bucket{job=\"web\"}[5m])))"},
    {"range: hit ratio", true,
     "sum by (cache) (rate(cache_hits_total[5m])) / (sum by (cache) (rate(cache_hits_total[5m])) + "
     "sum by (cache) (rate(cache_misses_total[5m])))"},
    {"range: topk", true, "topk(3, sum by (instance) (rate(disk_io_bytes_total[5m])))"},
    {"range: avg latency", true,
     "sum by (route) (rate(http_request_duration_seconds_sum[5m])) / sum by (route) "
     "(rate(http_request_duration_seconds_count[5m]))"},
};

// The series of a Store in a database of their own.
class Database {
 public:
  explicit Database(const Store& store);
  ~Database() {
    db_.reset();
    std::filesystem::remove_all(path_);
  }
  const Queryable& queryable() const { return *db_; }

 private:
  std::string path_;
  RealDisk disk_;
  FakeClock clock_;
  std::unique_ptr<tsdb::Db> db_;
};

Database::Database(const Store& store) {
  const char* const directory = std::getenv("TRIBUTARY_BENCH_DIRECTORY");
  path_ = std::string(directory == nullptr ? "/tmp" : directory) + "/promql_bench." +
          std::to_string(::getpid());
  std::filesystem::remove_all(path_);
  clock_.set(timestamp_from_ms(kStartMs) + 24h);
  db_ = tsdb::Db::open(path_, {}, disk_, clock_, Logger()).value();
  tsdb::WriteBatch batch;
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (const auto& [name, series] : store.metrics) {
      batch.clear();
      for (const Series& one : series) {
        batch.add_packed_series(one.packed);
        batch.add_sample(one.samples[round]);
      }
      if (db_->append(batch).value().refused_total() > 0) std::abort();
    }
  }
}

const Store& plain_store() {
  static const Store store;
  return store;
}

const Queryable& database() {
  static const Database database(plain_store());
  return database.queryable();
}

void ask(benchmark::State& state, const Query& query, const Queryable& store) {
  static const SystemClock clock;
  const char* const threads = std::getenv("TRIBUTARY_BENCH_THREADS");
  Threads parallel(threads == nullptr ? 1 : static_cast<std::size_t>(std::atoi(threads)));
  const promql::Engine engine({}, clock, parallel.width() > 1 ? &parallel : nullptr);
  const std::int64_t end_ms =
      (kStartMs + static_cast<std::int64_t>(kRounds - 1) * kStepMs) / 60'000 * 60'000;
  for (auto _ : state) {
    const auto value =
        query.range ? engine.range(store, query.text, {end_ms - 3'000'000, end_ms, 60'000}, {})
                    : engine.instant(store, query.text, end_ms, {});
    if (!value) state.SkipWithError(value.error().message().c_str());
    benchmark::DoNotOptimize(value);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto add = [](const std::string& prefix, auto store) {
    for (const Query& query : kQueries) {
      benchmark::RegisterBenchmark(
          (prefix + query.name).c_str(),
          [&query, store](benchmark::State& state) { ask(state, query, store()); })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    }
  };
  add("", database);
  add("plain/", plain_store);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
