// The newest exemplars of a database, in a circle of bounded size, found by their series' labels
// and their time. As in Prometheus: those of a series come in order, and its newest one repeated is
// no news.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/matcher.h"
#include "model/packed_labels.h"
#include "model/sample.h"

namespace tributary::tsdb {

// Letters in the names and values of an exemplar, together.
inline constexpr std::size_t kExemplarLettersMax = 128;

struct StoredExemplar {
  std::string packed_labels;
  Sample sample;
};

struct SeriesExemplars {
  std::string packed_series;
  std::vector<StoredExemplar> exemplars;  // the oldest first
};

class ExemplarStore {
 public:
  explicit ExemplarStore(std::size_t max) : max_(max) {}

  enum class Verdict : std::uint8_t { news, repeated, out_of_order, too_long };
  // What `add` would make of it.
  Verdict judge(std::string_view packed_series, std::string_view packed_labels,
                Sample sample) const;
  Verdict add(std::string_view packed_series, std::string_view packed_labels, Sample sample);

  // Of the series for which all of one of the lists of matchers hold, from `min_ms` to `max_ms`;
  // series sorted by labels.
  std::vector<SeriesExemplars> select(std::span<const Matchers> any_of, std::int64_t min_ms,
                                      std::int64_t max_ms) const;
  std::size_t size() const;

 private:
  struct OfSeries {
    std::size_t count = 0;
    std::string newest_labels;
    Sample newest;
  };
  using BySeries = std::unordered_map<std::string, OfSeries>;
  struct Entry {
    BySeries::value_type* series;
    StoredExemplar exemplar;
  };

  Verdict judge_locked(const OfSeries* series, std::string_view packed_labels, Sample sample) const;

  const std::size_t max_;
  mutable std::mutex mutex_;
  BySeries by_series_;
  std::vector<Entry> circle_;
  std::size_t next_ = 0;  // the place of the oldest, once the circle is full
};

}  // namespace tributary::tsdb
