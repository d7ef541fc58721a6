// The program's own metrics: counters and gauges, registered by name and labels, rendered in the
// Prometheus text format.
//
// Threads: `add` and `set` may be called from any thread; a metric lives as long as its Telemetry.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Telemetry {
 public:
  using LabelPairs = std::vector<std::pair<std::string, std::string>>;

  // The same name and labels give the same metric again.
  Counter& counter(std::string_view name, std::string_view help, LabelPairs labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, LabelPairs labels = {});
  // Read when rendered. `read` must stay callable for as long as this object lives.
  void gauge_function(std::string_view name, std::string_view help, LabelPairs labels,
                      std::function<double()> read);
  void counter_function(std::string_view name, std::string_view help, LabelPairs labels,
                        std::function<double()> read);

  // Prometheus text format 0.0.4, families sorted by name.
  std::string render() const;

 private:
  enum class Kind : std::uint8_t { counter, gauge };
  struct Metric {
    LabelPairs labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::function<double()> read;
  };
  struct Family {
    std::string name;
    std::string help;
    Kind kind;
    std::vector<std::unique_ptr<Metric>> metrics;
  };

  Metric& find_or_add(std::string_view name, std::string_view help, Kind kind, LabelPairs labels);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;  // sorted by name
};

}  // namespace tributary
