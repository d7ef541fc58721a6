// Makes blocks, one at a time and a bit of it at each call: of the head's samples, and of several
// blocks that become one. A block takes the place of what it was made of when it is durable, so
// that nothing is lost wherever the process ends.
//
// Threads: one at a time; queries go on meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "tsdb/block_builder.h"
#include "tsdb/block_store.h"
#include "tsdb/compaction_plan.h"

namespace tributary::tsdb {

struct CompactionStats {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
};

class Compactor {
 public:
  Compactor(Disk& disk, BlockStore& blocks, const Clock& clock, Logger log,
            std::int64_t retention_ms);

  bool busy() const { return job_ != nullptr; }
  // After a failure of the disk it waits a while.
  bool ready() const { return !busy() && clock_.monotonic() >= retry_at_; }

  // A block of `series` from `min_ms` to before `end_ms`.
  Result<void> begin_head(std::unique_ptr<ChunkSeriesStream> series, std::int64_t min_ms,
                          std::int64_t end_ms);
  // What the plan says: whether there is something to do.
  Result<bool> begin_merge();
  // Writes one block anew without what was deleted from it; nothing else than that.
  Result<void> begin_rewrite(const BlockPtr& block);

  // Works on what was begun, up to so many series. `done` when the new block has taken its place.
  Result<BlockJob::Step> run(std::size_t series_max, std::stop_token stop);

  // Forgets what was begun, so that something can be deleted from its sources.
  void abandon();

  // From any thread.
  CompactionStats stats() const { return {done_.load(), failed_.load()}; }

 private:
  Result<void> begin(BlockMeta meta, std::unique_ptr<ChunkSeriesStream> series);
  std::unique_ptr<ChunkSeriesStream> stream_of(const BlockPtr& source);
  Result<void> install();
  Error give_up(const Error& error);

  Disk& disk_;
  BlockStore& blocks_;
  const Clock& clock_;
  Logger log_;
  SystemRandom random_;
  const std::vector<std::int64_t> ranges_;

  std::unique_ptr<BlockJob> job_;
  std::vector<BlockPtr> sources_;  // none where the job is the head's
  Instant began_{};
  Instant retry_at_{};
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> failed_{0};
};

}  // namespace tributary::tsdb
