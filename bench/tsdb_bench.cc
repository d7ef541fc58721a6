// What the database costs below HTTP: appending what a sender repeats, new series, replay, reading.
// The series are like those of ../shared/bench: about a thousand per instance, eight labels each.
//
//   tsdb_bench [--benchmark_filter=...]      TRIBUTARY_BENCH_DIRECTORY: where (default: /tmp)
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "tsdb/db.h"
#include "tsdb/write_batch.h"

namespace {

using namespace tributary;

constexpr std::size_t kPerRequest = 2000;
constexpr std::int64_t kStepMs = 15'000;
constexpr std::int64_t kStartMs = 1'700'006'400'000;

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void put_text(std::string& out, char tag, std::string_view text) {
  out += tag;
  out += static_cast<char>(text.size());
  out += text;
}

// As in a remote-write message.
std::string raw_labels(const std::vector<std::pair<std::string, std::string>>& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    std::string one;
    put_text(one, '\x0a', name);
    put_text(one, '\x12', value);
    put_text(out, '\x0a', one);
  }
  return out;
}

class RawParser final : public tsdb::LabelParser {
 public:
  Result<void> parse(std::string_view raw, std::string& packed) override {
    labels_.clear();
    for (std::size_t at = 0; at < raw.size();) {
      const auto name_size = static_cast<unsigned char>(raw[at + 3]);
      const std::string_view name = raw.substr(at + 4, name_size);
      const auto value_size = static_cast<unsigned char>(raw[at + 5 + name_size]);
      labels_.push_back({name, raw.substr(at + 6 + name_size, value_size)});
      at += 2U + static_cast<unsigned char>(raw[at + 1]);
    }
    return packer_.pack(labels_, packed);
  }

 private:
  std::vector<LabelView> labels_;
  tsdb::LabelPacker packer_;
};

struct Source {
  std::string raw;
  double rate;
};

std::vector<Source> make_series(std::size_t count) {
  static const char* const kRoutes[] = {"/api/v1/users", "/api/v1/orders", "/healthz", "/login"};
  static const char* const kMethods[] = {"GET", "POST", "PUT", "DELETE"};
  std::vector<Source> series;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t instance = i / 1000;
    const std::size_t of_instance = i % 1000;
    char address[40];
    std::snprintf(address, sizeof address, "10.%zu.%zu.%zu:9100", instance >> 16,
                  instance >> 8 & 255, instance & 255);
    series.push_back({raw_labels({{"__name__", "http_request_duration_seconds_bucket"},
                                  {"env", instance % 7 == 0 ? "staging" : "prod"},
                                  {"instance", address},
                                  {"job", instance % 2 == 0 ? "api" : "web"},
                                  {"le", std::to_string(of_instance / 16)},
                                  {"method", kMethods[of_instance / 4 % 4]},
                                  {"region", "eu-west-1"},
                                  {"route", kRoutes[of_instance % 4]}}),
                      of_instance % 4 == 0 ? 0.0 : 1.0 + static_cast<double>(of_instance % 17)});
  }
  return series;
}

class Load {
 public:
  explicit Load(std::size_t series) : series_(make_series(series)) {
    const char* const directory = std::getenv("TRIBUTARY_BENCH_DIRECTORY");
    path_ = std::string(directory == nullptr ? "/tmp" : directory) + "/tsdb_bench." +
            std::to_string(::getpid());
    std::filesystem::remove_all(path_);
    clock_.advance(timestamp_from_ms(kStartMs) - clock_.now() + 24h);
    open();
  }
  ~Load() {
    db_.reset();
    std::filesystem::remove_all(path_);
  }

  void open() {
    db_.reset();
    db_ = tsdb::Db::open(path_, options_, disk_, clock_, Logger()).value();
  }

  // One sample of every series: the CPU seconds it took.
  double round(std::int64_t number) {
    double spent = 0;
    for (std::size_t first = 0; first < series_.size(); first += kPerRequest) {
      batch_.clear();
      const std::size_t end = std::min(first + kPerRequest, series_.size());
      for (std::size_t i = first; i < end; ++i) {
        batch_.add_raw_series(series_[i].raw);
        const double noise =
            std::floor(4.5 * std::fmod(std::sin(double(i * 31 + 7) * double(number)) * 43758.5, 1));
        batch_.add_sample({kStartMs + number * kStepMs,
                           std::floor(1000 + series_[i].rate * (15.0 * double(number) + noise))});
      }
      const double before = cpu_seconds();
      const auto result = db_->append(batch_, &parser_).value();
      db_->sync().value();
      spent += cpu_seconds() - before;
      if (result.appended != end - first) std::abort();
    }
    return spent;
  }

  tsdb::Db& db() { return *db_; }
  double samples(int rounds) const { return static_cast<double>(series_.size()) * rounds; }
  double series() const { return static_cast<double>(series_.size()); }

 private:
  tsdb::DbOptions options_;
  RawParser parser_;
  std::vector<Source> series_;
  std::string path_;
  RealDisk disk_;
  FakeClock clock_;
  tsdb::WriteBatch batch_;
  std::unique_ptr<tsdb::Db> db_;
};

void append(benchmark::State& state) {
  for (auto unused : state) {
    Load load(static_cast<std::size_t>(state.range(0)));
    const int rounds = static_cast<int>(state.range(1));
    const double before = resident_bytes();
    double spent = 0;
    for (int i = 0; i < rounds; ++i) spent += load.round(i);
    state.SetIterationTime(spent);
    state.counters["cpu_s/M"] = spent / load.samples(rounds) * 1e6;
    state.counters["B/series"] = (resident_bytes() - before) / load.series();
  }
}
BENCHMARK(append)
    ->Args({100'000, 240})
    ->Args({1'000'000, 8})
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

void replay(benchmark::State& state) {
  for (auto unused : state) {
    Load load(static_cast<std::size_t>(state.range(0)));
    for (int i = 0; i < state.range(1); ++i) load.round(i);
    const double before = cpu_seconds();
    const auto start = SystemClock().monotonic();
    load.open();
    state.SetIterationTime(
        std::chrono::duration<double>(SystemClock().monotonic() - start).count());
    state.counters["cpu_s"] = cpu_seconds() - before;
  }
}
BENCHMARK(replay)
    ->Args({100'000, 60})
    ->Args({1'000'000, 8})
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

void select_and_read(benchmark::State& state) {
  Load load(static_cast<std::size_t>(state.range(0)));
  const int rounds = static_cast<int>(state.range(1));
  for (int i = 0; i < rounds; ++i) load.round(i);
  const std::vector<Matcher> matchers{
      Matcher::equal("__name__", "http_request_duration_seconds_bucket")};
  SeriesSamples samples;
  double select = 0;
  double read = 0;
  std::size_t count = 0;
  for (auto unused : state) {
    const double before = cpu_seconds();
    const auto querier = load.db().querier(INT64_MIN, INT64_MAX).value();
    const auto list = querier->select(matchers).value();
    const double selected = cpu_seconds();
    for (std::size_t i = 0; i < list->size(); ++i) {
      samples.clear();
      list->read(i, samples).value();
      count += samples.floats.size();
    }
    select += selected - before;
    read += cpu_seconds() - selected;
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["select_ms"] = select / runs * 1e3;
  state.counters["read_ns/sample"] = read / static_cast<double>(count) * 1e9;
}
BENCHMARK(select_and_read)->Args({20'000, 240})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
