// The head: the newest samples of every series, in memory, in compressed chunks.
//
// Threads: one writer at a time (whoever holds the database's write lock); readers at any time. The
// index has a lock that the writer takes for new series alone, and the samples of a series one of a
// stripe of locks, held to append a sample or to copy what a reader will decode. Sealed chunks
// never change, so readers share them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "model/labels.h"
#include "model/sample.h"
#include "tsdb/label_index.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

struct SealedChunk {
  std::int64_t min_ms;
  std::int64_t max_ms;
  std::string bytes;
};
using ChunkPtr = std::shared_ptr<const SealedChunk>;

struct HeadSeries {
  HeadSeries(SeriesRef series_ref, std::uint64_t label_hash, std::string_view packed_labels)
      : ref(series_ref), hash(label_hash), packed(packed_labels) {}

  const SeriesRef ref;
  const std::uint64_t hash;
  const std::string packed;

  // The writer's alone: the newest sample, also while its batch is not yet in the chunk.
  bool has_last = false;
  Sample last;

  // Under the series' stripe lock.
  std::vector<ChunkPtr> sealed;
  XorChunkWriter open;
  std::int64_t open_min_ms = 0;
  std::int64_t open_max_ms = 0;
};
using HeadSeriesPtr = std::shared_ptr<HeadSeries>;

class Head {
 public:
  static constexpr unsigned kChunkSamples = 120;            // as Prometheus
  static constexpr std::int64_t kChunkRangeMs = 7'200'000;  // a chunk does not cross these

  // --- The writer.

  HeadSeries* find(std::string_view packed, std::uint64_t hash);
  // Known to `find` at once, to readers after `publish`. References are never used twice.
  HeadSeries* create(std::string_view packed, std::uint64_t hash);
  HeadSeries* create_as(SeriesRef ref, std::string_view packed, std::uint64_t hash);
  // Keeps a reference found in the log from being given to a new series.
  void reserve(SeriesRef ref);
  // Takes creations back that were not published.
  void discard(std::span<HeadSeries* const> series);
  void publish(std::span<HeadSeries* const> series);
  // Later than the series' newest sample.
  void append(HeadSeries& series, Sample sample);
  // Forgets chunks that end before `min_ms`, and series that have none left: how many.
  std::size_t truncate(std::int64_t min_ms);
  std::size_t series_of_metric(std::string_view metric_name) const {
    return index_.count(kMetricName, metric_name);
  }

  // --- Readers.

  // Series that match and have a sample from `min_ms` to `max_ms`, sorted by labels.
  std::vector<HeadSeriesPtr> select(std::span<const Matcher> matchers, std::int64_t min_ms,
                                    std::int64_t max_ms) const;
  std::vector<std::string> label_names() const;
  std::vector<std::string> label_values(std::string_view name) const;
  bool contains(SeriesRef ref) const;
  // Appends the samples of that range.
  Result<void> read(const HeadSeries& series, std::int64_t min_ms, std::int64_t max_ms,
                    std::vector<Sample>& out) const;

  std::size_t series() const { return series_count_.load(std::memory_order_relaxed); }
  std::uint64_t samples() const { return samples_.load(std::memory_order_relaxed); }
  // Of all samples ever appended; meaningless while there is none.
  std::int64_t max_ms() const { return max_ms_.load(std::memory_order_relaxed); }
  std::int64_t min_ms() const { return min_ms_.load(std::memory_order_relaxed); }

 private:
  struct Key {
    std::string_view packed;
    std::uint64_t hash;
  };
  struct SeriesHash {
    using is_transparent = void;
    std::size_t operator()(const HeadSeriesPtr& series) const { return series->hash; }
    std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct SeriesEqual {
    using is_transparent = void;
    bool operator()(const HeadSeriesPtr& a, const HeadSeriesPtr& b) const { return a == b; }
    bool operator()(const Key& key, const HeadSeriesPtr& series) const {
      return key.hash == series->hash && key.packed == series->packed;
    }
    bool operator()(const HeadSeriesPtr& series, const Key& key) const {
      return (*this)(key, series);
    }
  };

  std::mutex& stripe(const HeadSeries& series) const {
    return stripes_[series.ref % stripes_.size()];
  }
  bool overlaps(const HeadSeries& series, std::int64_t min_ms, std::int64_t max_ms) const;

  // The writer's.
  boost::unordered_flat_set<HeadSeriesPtr, SeriesHash, SeriesEqual> by_labels_;
  SeriesRef next_ref_ = 1;

  mutable std::shared_mutex index_mutex_;
  LabelIndex index_;
  boost::unordered_flat_map<SeriesRef, HeadSeriesPtr> by_ref_;

  mutable std::array<std::mutex, 1024> stripes_;

  std::atomic<std::size_t> series_count_{0};
  std::atomic<std::uint64_t> samples_{0};
  std::atomic<std::int64_t> max_ms_{INT64_MIN};
  std::atomic<std::int64_t> min_ms_{INT64_MAX};
};

}  // namespace tributary::tsdb
