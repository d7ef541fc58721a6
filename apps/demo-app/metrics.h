// What the demo application tells Prometheus about its orders: a counter, a histogram, a summary
// and gauges, with the names of its twin in Go (examples/cross-account-ecs/demo-app).
//
// Threads: one user at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace tributary::demo {

struct Order {
  std::string kind;
  std::string outcome;
  std::size_t bytes = 0;
  double seconds = 0;  // that it took to work through
};

class Metrics {
 public:
  // Quantiles are those of the last orders, this many.
  static constexpr std::size_t kSizesMax = 2'000;

  void count(const Order& order);
  void count_journal(std::size_t bytes) { journal_bytes_ += bytes; }
  void set_open(std::size_t orders) { open_ = orders; }

  // Prometheus text format 0.0.4.
  std::string render() const;

 private:
  static constexpr std::array<double, 7> kBounds = {0.0001, 0.00025, 0.0005, 0.001,
                                                    0.0025, 0.005,   0.01};
  struct Durations {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};  // the last one is beyond the bounds
    double sum = 0;
  };

  std::map<std::pair<std::string, std::string>, std::uint64_t> orders_;  // by kind and outcome
  std::map<std::string, Durations> durations_;                           // by kind
  std::deque<std::size_t> sizes_;
  std::uint64_t size_count_ = 0;
  std::uint64_t size_sum_ = 0;
  std::uint64_t journal_bytes_ = 0;
  std::size_t open_ = 0;
};

}  // namespace tributary::demo
