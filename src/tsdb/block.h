// A block on disk: the samples of a stretch of time, with an index, never changed but for its
// tombstones. Its files are mapped, so that only what is looked at is read.
//
// Threads: any. Queries hold the block; its files may be removed meanwhile.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "model/matcher.h"
#include "tsdb/block_meta.h"
#include "tsdb/chunk.h"
#include "tsdb/chunk_segments.h"
#include "tsdb/index_reader.h"
#include "tsdb/tombstones.h"

namespace tributary::tsdb {

class Block {
 public:
  // The directory of one block. Fails with corruption or unsupported, naming the file.
  static Result<std::shared_ptr<Block>> open(Disk& disk, const std::string& directory);

  const BlockMeta& meta() const { return meta_; }
  const std::string& directory() const { return directory_; }
  const IndexReader& index() const { return index_; }
  const ChunkSegments& chunks() const { return chunks_; }
  std::shared_ptr<const Tombstones> tombstones() const;
  std::uint64_t bytes() const { return index_.bytes() + chunks_.bytes(); }

  // Whether it has samples at times from `min_ms` to `max_ms`, by what it says of itself.
  bool overlaps(std::int64_t min_ms, std::int64_t max_ms) const {
    return meta_.min_ms <= max_ms && min_ms < meta_.end_ms;
  }

  // Deletes the samples of the series that match, durably when it returns: how many series.
  Result<std::size_t> delete_series(Disk& disk, std::span<const Matcher> matchers,
                                    Interval interval);

  // Gives back the memory of what was read.
  void release() const;

 private:
  Block(BlockMeta meta, std::string directory, IndexReader index, ChunkSegments chunks,
        Tombstones tombstones);

  const BlockMeta meta_;
  const std::string directory_;
  const IndexReader index_;
  const ChunkSegments chunks_;
  std::mutex delete_mutex_;  // one deletion at a time
  mutable std::mutex tombstones_mutex_;
  std::shared_ptr<const Tombstones> tombstones_;
};

using BlockPtr = std::shared_ptr<Block>;

// All series of the block with their chunks between `min_ms` and `max_ms`; what was deleted is left
// out. Holds the block.
std::unique_ptr<ChunkSeriesStream> stream_block(BlockPtr block, std::int64_t min_ms,
                                                std::int64_t max_ms);

}  // namespace tributary::tsdb
