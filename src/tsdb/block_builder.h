// Makes a block on disk: in a directory that is renamed when every file of it is durable, so that a
// block is there as a whole or not at all.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/block_meta.h"
#include "tsdb/chunk.h"
#include "tsdb/chunk_rewriter.h"
#include "tsdb/chunk_segments.h"
#include "tsdb/index_writer.h"

namespace tributary::tsdb {

class BlockBuilder {
 public:
  // A block that `meta` describes, but for its counts, below the directory `parent`. Samples
  // outside of its time are left out.
  static Result<std::unique_ptr<BlockBuilder>> create(Disk& disk, std::string parent,
                                                      BlockMeta meta);
  // Removes what was written if it was not finished.
  ~BlockBuilder();
  BlockBuilder(const BlockBuilder&) = delete;
  BlockBuilder& operator=(const BlockBuilder&) = delete;

  // Series in the order of labels, each once; chunks as a stream gives them.
  Result<void> add(LabelsView labels, std::span<const Chunk> chunks);
  // Makes the block durable. Nothing where no sample came: then there is no block.
  Result<std::optional<BlockMeta>> finish();

 private:
  BlockBuilder(Disk& disk, std::string parent, BlockMeta meta);

  Result<void> settle(std::span<const Chunk> chunks);
  Result<void> append(const Chunk& chunk);

  Disk& disk_;
  const std::string parent_;
  const std::string final_;
  const std::string directory_;
  BlockMeta meta_;
  bool finished_ = false;
  std::optional<ChunkSegmentWriter> chunks_;
  std::unique_ptr<IndexWriter> index_;
  ChunkRewriter rewriter_;
  std::vector<Chunk> settled_;  // of the series under way
  std::vector<ChunkRef> refs_;
};

// A block that is made of a stream, a bit at a time.
class BlockJob {
 public:
  BlockJob(std::unique_ptr<BlockBuilder> builder, std::unique_ptr<ChunkSeriesStream> series)
      : builder_(std::move(builder)), series_(std::move(series)) {}

  enum class Step : bool { more, done };
  // Takes up to `series_max` series and finishes after the last. Cancelled where `stop` asks for
  // it; then, and after a failure, there is no block.
  Result<Step> run(std::size_t series_max, std::stop_token stop);
  // When done; nothing where there were no samples.
  const std::optional<BlockMeta>& made() const { return made_; }

 private:
  std::unique_ptr<BlockBuilder> builder_;
  std::unique_ptr<ChunkSeriesStream> series_;
  std::optional<BlockMeta> made_;
};

}  // namespace tributary::tsdb
