// The blocks in a database's directory: opened at start, added and removed by compaction and
// retention, listed for queries. A block that does not open is reported and left where it is; the
// others are read.
//
// Threads: any; whoever adds, removes or deletes does so one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/result.h"
#include "tsdb/block.h"

namespace tributary::tsdb {

// The blocks at one moment, sorted by their beginning. Queries hold the one that they began with.
using BlockList = std::vector<BlockPtr>;
using BlockView = std::shared_ptr<const BlockList>;

class BlockStore {
 public:
  BlockStore(Disk& disk, std::string directory, Logger log);

  // Removes what was left half made or half removed, and blocks that were compacted into others;
  // opens the rest. Fails only where the directory cannot be read.
  Result<void> open();

  BlockView view() const;
  // The samples before are in blocks: the latest end of one; INT64_MIN where there is none.
  std::int64_t end_ms() const;
  std::uint64_t bytes() const;

  // Opens a block that was made.
  Result<BlockPtr> load(const Ulid& ulid) const;
  // Shows `added`, which may be none, in the place of `removed`, whose files go.
  void replace(const BlockPtr& added, std::span<const BlockPtr> removed);
  // From all blocks, durably when it returns: from how many series, counted once for each block.
  Result<std::size_t> delete_series(std::span<const Matcher> matchers, Interval interval);

  // Blocks whose compaction failed for what is in them are not tried again before the next start.
  void set_failed(std::span<const BlockPtr> blocks);
  // What the blocks of `view` say of themselves, with that and with what was deleted since.
  std::vector<BlockMeta> metas(const BlockList& view) const;

  // Found at `open`, and not read: their number.
  std::size_t unreadable() const { return unreadable_; }
  const std::string& directory() const { return directory_; }

 private:
  Result<void> sweep(std::span<const std::string> names);
  void remove_files(const Block& block);

  Disk& disk_;
  const std::string directory_;
  Logger log_;
  std::size_t unreadable_ = 0;

  mutable std::mutex mutex_;
  BlockView view_;
  std::set<Ulid> failed_;
};

}  // namespace tributary::tsdb
