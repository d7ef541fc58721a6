// Where a database's series come from: which metrics, label names and values have the most.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tributary::tsdb {

struct NamedCount {
  std::string name;
  std::uint64_t count = 0;

  bool operator==(const NamedCount&) const = default;
};

// Of the head, as Prometheus' /api/v1/status/tsdb shows it; the lists have the largest first.
struct Cardinality {
  std::uint64_t series = 0;
  std::uint64_t label_pairs = 0;  // distinct ones
  std::uint64_t chunks = 0;
  std::int64_t min_ms = 0;  // 0 and 0 while there are no samples
  std::int64_t max_ms = 0;
  std::vector<NamedCount> series_by_metric;
  std::vector<NamedCount> values_by_label;
  std::vector<NamedCount> value_bytes_by_label;  // of all series together
  std::vector<NamedCount> series_by_label_pair;  // "name=value"
};

// Keeps the largest so many.
class LargestCounts {
 public:
  explicit LargestCounts(std::size_t limit) : limit_(limit) {}

  // Whether it would be kept, so that a name need not be put together in vain.
  bool wants(std::uint64_t count) const {
    return limit_ > 0 && (heap_.size() < limit_ || count > heap_.front().count);
  }
  void add(std::string name, std::uint64_t count);
  std::vector<NamedCount> take();

 private:
  const std::size_t limit_;
  std::vector<NamedCount> heap_;  // the smallest in front
};

}  // namespace tributary::tsdb
