// The head: the newest samples of every series, in memory, in compressed chunks.
//
// Series stand in one array and are named by their place in it. Their open chunks grow in fragments
// of a shared pool; sealed chunks lie in an arena for each two hours, which is given back as a
// whole when its time is over.
//
// Threads: one writer at a time (whoever holds the database's write lock); readers at any time. The
// index has a lock that the writer takes for new series alone, and the chunks of a series one of a
// stripe of locks, held to append samples of neighbours or to copy what a reader will decode. What
// the writer drops while a reader may still look at it (series that are gone, arenas) stays until
// the last reader that began before has let go of its pin.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/histogram.h"
#include "model/labels.h"
#include "model/queryable.h"
#include "model/sample.h"
#include "tsdb/byte_pool.h"
#include "tsdb/chunk_arena.h"
#include "tsdb/head_series.h"
#include "tsdb/label_index.h"
#include "tsdb/late_samples.h"
#include "tsdb/series_order.h"
#include "tsdb/series_table.h"

namespace tributary {
class Disk;
}

namespace tributary::tsdb {

class Head {
 public:
  static constexpr std::int64_t kChunkRangeMs = 7'200'000;  // a chunk does not cross these

  Head();
  ~Head();
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;

  // From now on sealed chunks are moved from memory into files in `directory`, which exists and is
  // empty. `disk` outlives the head.
  void spill_to(Disk& disk, std::string directory);

  // --- The writer.

  SeriesId find(std::string_view packed, std::uint64_t hash) const;
  // Known to `find` at once, to readers after `publish`.
  SeriesId create(std::string_view packed, std::uint64_t hash);
  SeriesId create_as(SeriesRef ref, std::string_view packed, std::uint64_t hash);
  // Keeps a reference found in the log from being given to a new series.
  void reserve(SeriesRef ref);
  // Takes creations back that were not published.
  void discard(std::span<const SeriesId> series);
  void publish(std::span<const SeriesId> series);
  bool is_live(SeriesId id) const { return id < series_.size() && series_[id].ref != 0; }
  HeadSeries& series(SeriesId id) const { return series_[id]; }

  // Ask for the memory of the series' open chunk, and for what its next sample will be written to.
  void prefetch_series(SeriesId id) const { __builtin_prefetch(&series_[id].open_min_ms, 1); }
  void prefetch_tail(SeriesId id) const {
    const HeadSeries& series = series_[id];
    if (series.open_count > 0) __builtin_prefetch(&fragments_[series.tail_fragment], 1);
  }

  // Puts samples into chunks. Holds the lock of the last series' stripe, so that neighbours cost
  // one.
  class Appender {
   public:
    explicit Appender(Head& head) : head_(head) {}
    ~Appender();
    Appender(const Appender&) = delete;
    Appender& operator=(const Appender&) = delete;

    // Later than the series' newest sample.
    void append(SeriesId id, Sample sample);
    // `histogram` is well formed (check_histogram).
    void append(SeriesId id, std::int64_t ms, const NativeHistogram& histogram);
    // At a time before the newest sample's of which the series has none.
    void append_late(SeriesId id, Sample sample);
    // Lets go of the lock until the next sample.
    void unlock() {
      if (lock_.owns_lock()) lock_ = {};
    }

   private:
    void lock(SeriesId id);
    void count(std::int64_t ms);

    Head& head_;
    std::unique_lock<std::mutex> lock_;
    std::uint64_t samples_ = 0;
    std::int64_t min_ms_ = INT64_MAX;
    std::int64_t max_ms_ = INT64_MIN;
  };

  // Forgets chunks that end before `min_ms`, and series that have none left: how many.
  std::size_t truncate(std::int64_t min_ms);
  std::size_t series_of_metric(std::string_view metric_name) const {
    return index_.count(kMetricName, metric_name);
  }
  // Of the series that there are, ascending.
  std::vector<SeriesRef> live_refs() const;
  const LateSamples& late_samples() const { return late_; }

  // --- Readers.

  // While it lives, series and chunks that were found after it was made stay where they are.
  using Pin = std::shared_ptr<const void>;
  Pin pin() const;

  // Series that match and have a sample from `min_ms` to `max_ms`, sorted by labels.
  Postings select(std::span<const Matcher> matchers, std::int64_t min_ms,
                  std::int64_t max_ms) const;
  Postings select_unsorted(std::span<const Matcher> matchers, std::int64_t min_ms,
                           std::int64_t max_ms) const;
  LabelsView labels(SeriesId id) const { return LabelsView(series_[id].packed()); }
  std::vector<std::string> label_names() const;
  // Calls visit(name, value, number of series) for every label there is, in no order.
  template <class Visit>
  void for_each_label_pair(Visit visit) const {
    const std::shared_lock lock(index_mutex_);
    index_.for_each_pair(visit);
  }
  std::vector<std::string> label_values(std::string_view name) const;
  // Appends the samples of that range.
  Result<void> read(SeriesId id, std::int64_t min_ms, std::int64_t max_ms,
                    SeriesSamples& out) const;
  // What may still change, copied.
  struct ChunkCopies {
    std::string open;
    std::string late;
  };
  // Appends the chunks that have samples of that range, sorted by their first: whether some may
  // overlap.
  bool chunks(SeriesId id, std::int64_t min_ms, std::int64_t max_ms, std::vector<Chunk>& out,
              ChunkCopies& copies) const;

  std::size_t series() const { return series_count_.load(std::memory_order_relaxed); }
  std::uint64_t samples() const { return samples_.load(std::memory_order_relaxed); }
  // Of all samples ever appended; meaningless while there is none.
  std::int64_t max_ms() const { return max_ms_.load(std::memory_order_relaxed); }
  std::int64_t min_ms() const { return min_ms_.load(std::memory_order_relaxed); }

 private:
  struct Garbage;
  struct Generation;
  using Arenas = std::map<std::int64_t, std::unique_ptr<ChunkArena>>;

  // 64 neighbours share a lock.
  std::mutex& stripe(SeriesId id) const { return stripes_[id / 64 % stripes_.size()]; }
  void append_to(HeadSeries& series, Sample sample);
  void append_to(HeadSeries& series, std::int64_t ms, const NativeHistogram& histogram);
  ChunkArena& arena_of(std::int64_t min_ms);
  // The open chunk becomes a sealed one.
  void seal(HeadSeries& series);
  void drop_open(HeadSeries& series);
  bool overlaps(SeriesId id, std::int64_t min_ms, std::int64_t max_ms) const;
  // Forgets its old chunks: whether it has none left.
  bool truncate_series(SeriesId id, std::int64_t min_ms);
  void retire(Garbage garbage);
  void reclaim();
  void free_place(SeriesId id);

  // The writer's.
  BytePool labels_;
  SeriesTable by_labels_;
  std::vector<SeriesId> free_places_;  // the lowest last
  SeriesRef next_ref_ = 1;
  Disk* disk_ = nullptr;
  std::string spill_directory_;
  unsigned files_ = 0;  // made so far
  Arenas arenas_;       // by number of the range
  std::string sealing_;
  LateSamples late_;

  StableArray<HeadSeries> series_;
  FragmentPool fragments_;

  mutable std::shared_mutex index_mutex_;
  LabelIndex index_;
  mutable SeriesOrder order_;

  mutable std::array<std::mutex, 256> stripes_;

  mutable std::mutex generation_mutex_;
  std::vector<Garbage> reclaimable_;
  std::shared_ptr<Generation> generation_;

  std::atomic<std::size_t> series_count_{0};
  std::atomic<std::uint64_t> samples_{0};
  std::atomic<std::int64_t> max_ms_{INT64_MIN};
  std::atomic<std::int64_t> min_ms_{INT64_MAX};
};

}  // namespace tributary::tsdb
