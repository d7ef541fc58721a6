// Samples of series that came later than a newer one had come: few, kept beside the chunks of the
// series in the head, sorted, and merged with these when they are read. Every 32 are packed into a
// chunk.
//
// Threads: one adds; readers copy. Guarded by a lock of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "model/sample.h"
#include "tsdb/chunk_arena.h"
#include "tsdb/postings.h"

namespace tributary::tsdb {

class LateSamples {
 public:
  static constexpr std::size_t kOpenMax = 32;  // as Prometheus

  // Keeps a copy of a chunk.
  using Keep = std::function<SealedChunk*(const Chunk& chunk)>;

  // At a time that the series has no sample of. `range_ms`: a chunk does not cross a multiple.
  void add(SeriesId id, Sample sample, std::int64_t range_ms, const Keep& keep);
  // Appends the chunks that have samples of that time; the newest samples are put into `open`.
  void chunks(SeriesId id, std::int64_t min_ms, std::int64_t max_ms, std::vector<Chunk>& out,
              std::string& open) const;
  bool overlaps(SeriesId id, std::int64_t min_ms, std::int64_t max_ms) const;
  // Forgets what ends before: whether nothing is left.
  bool truncate(SeriesId id, std::int64_t min_ms);
  void forget(SeriesId id);
  // Calls visit(id, chunk bytes) for all there is.
  void for_each(const std::function<void(SeriesId, std::string_view)>& visit) const;

 private:
  struct OfSeries {
    std::vector<Sample> open;  // sorted
    SealedChunk* sealed = nullptr;
  };

  static void seal(OfSeries& series, std::int64_t range_ms, const Keep& keep);
  // False where none is of that time.
  static bool encode_open(const OfSeries& series, std::int64_t min_ms, std::int64_t max_ms,
                          Chunk& chunk, std::string& bytes);

  mutable std::shared_mutex mutex_;
  boost::unordered_flat_map<SeriesId, std::unique_ptr<OfSeries>> by_series_;
};

}  // namespace tributary::tsdb
