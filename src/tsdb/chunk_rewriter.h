// Writes chunks anew where they overlap each other, reach out of a stretch of time, have samples
// that were deleted, or are so short that several make one.
//
// Threads: one at a time.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "tsdb/chunk.h"
#include "tsdb/tombstones.h"

namespace tributary::tsdb {

class ChunkRewriter {
 public:
  // What Prometheus' head makes at most. Twice what it mostly makes: fewer bytes, and still little
  // to decode for a sample in the middle.
  static constexpr unsigned kFloatsMax = 240;
  static constexpr unsigned kHistogramsMax = 120;

  // Appends to `out` what the samples of `chunks` make that lie in `kept` and not in `deleted`. Of
  // samples of one time the one of the first chunk stays. The bytes live until `clear`.
  Result<void> rewrite(std::span<const Chunk> chunks, Interval kept,
                       std::span<const Interval> deleted, std::vector<Chunk>& out);
  // Makes one of neighbours that have kFloatsMax floats together. None overlaps another.
  Result<void> join_short(std::vector<Chunk>& chunks);
  void clear() { bytes_.clear(); }

 private:
  struct StoredSample {
    std::int64_t ms = 0;
    double value = 0;
    std::size_t histogram = SIZE_MAX;  // in `histograms_`; a float where it is none
  };

  Result<void> read(const Chunk& chunk, Interval kept, std::span<const Interval> deleted);
  std::size_t write_floats(std::size_t from, std::vector<Chunk>& out);
  std::size_t write_histograms(std::size_t from, std::vector<Chunk>& out);
  void emit(ChunkEncoding encoding, std::size_t from, std::size_t to, std::string bytes,
            std::vector<Chunk>& out);

  std::deque<std::string> bytes_;
  std::vector<StoredSample> samples_;
  std::vector<NativeHistogram> histograms_;
  std::vector<Chunk> joined_;
};

}  // namespace tributary::tsdb
