// What a Db is made of; for the files db*.cc alone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "model/queryable.h"
#include "tsdb/block_store.h"
#include "tsdb/compactor.h"
#include "tsdb/db.h"
#include "tsdb/disk.h"
#include "tsdb/head.h"
#include "tsdb/head_deletions.h"
#include "tsdb/metadata_store.h"
#include "tsdb/wal.h"
#include "tsdb/wal_records.h"
#include "tsdb/write_batch.h"

namespace tributary::tsdb {

struct Db::State {
  State(std::string path, DbOptions db_options, Disk& db_disk, const Clock& db_clock, Logger logger)
      : directory(std::move(path)),
        options(db_options),
        disk(db_disk),
        clock(db_clock),
        log(std::move(logger)),
        metadata(disk, directory + "/metadata.json", options.metadata_families_max),
        blocks(disk, directory, log),
        compactor(disk, blocks, clock, log, to_ms(options.retention)) {}

  Result<AppendResult> append(const WriteBatch& batch, LabelParser* parser);
  Result<void> truncate(std::int64_t min_ms);

  // Under `maintain_mutex`; see db_maintain.cc.
  bool writes_head_block() const { return head_block && !head_block->readers; }
  Result<bool> maintain(const MaintainBudget& budget);
  Result<void> apply_retention();
  Result<bool> truncate_compacted();
  bool head_is_due() const;
  Result<void> begin_head_block();
  Result<bool> run_compaction(const MaintainBudget& budget);
  // The head's samples from `min_ms` to `max_ms` that are not deleted.
  std::unique_ptr<ChunkSeriesStream> head_stream(std::int64_t min_ms, std::int64_t max_ms) const;
  std::unique_ptr<Querier> querier(std::int64_t min_ms, std::int64_t max_ms);

  // Deletes from the head, in the log and in memory: from how many series.
  Result<std::size_t> delete_from_head(std::span<const Matcher> matchers, Interval interval);
  std::string wal_directory() const { return directory + "/wal"; }

  const std::string directory;
  const DbOptions options;
  Disk& disk;
  const Clock& clock;
  Logger log;
  std::unique_ptr<DirectoryLock> lock;
  Head head;
  std::unique_ptr<Wal> wal;
  MetadataStore metadata;
  ReplayReport replay;
  BlockStore blocks;
  HeadDeletions deletions;

  // Every reader of the head holds the token that was there when it began. The head forgets what is
  // in a block when nobody holds the one from before that block.
  std::mutex readers_mutex;
  std::shared_ptr<const void> readers = std::make_shared<int>();

  // Under `maintain_mutex`.
  Compactor compactor;
  struct HeadBlock {
    std::int64_t end_ms;
    // Once it is there: of what the head still has of it.
    std::optional<std::weak_ptr<const void>> readers{};
  };
  std::optional<HeadBlock> head_block;  // being written, or just written

  std::mutex maintain_mutex;  // one `maintain` at a time
  std::mutex write_mutex;     // the head's writer; guards the rest
  bool closed = false;
  std::int64_t floor_ms = kOldestMs;  // nothing older is taken or kept
  AppendResult refusals;              // over all appends

  std::atomic<std::uint64_t> wal_failures{0};

  // Prometheus' oldest timestamp, the year 1; differences of two stay far from overflow.
  static constexpr std::int64_t kOldestMs = -62'135'596'800'000;

 private:
  struct Accepted {
    SeriesId series;
    Sample sample;
  };
  struct Undo {
    SeriesId series;
    bool had_last;
    std::int64_t last_ms;
  };
  struct Limits {
    std::int64_t floor_ms;
    std::int64_t ceiling_ms;
  };
  struct Found {
    SeriesId series = kNoSeries;
    std::optional<Refusal> refused;  // why there is none
    std::string detail;
  };

  void take_series(const WriteBatch& batch, const WriteBatch::Series& entry, LabelParser* parser,
                   const Limits& limits, AppendResult& result);
  // The series that was sent as these bytes, if it is the one that comes here.
  SeriesId recognise(std::uint64_t raw_hash) const;
  Found find_or_create(const WriteBatch& batch, const WriteBatch::Series& entry,
                       LabelParser* parser, bool may_create);
  Found find_or_create(std::string_view packed, bool may_create);
  void accept(SeriesId id, Sample sample);
  // What the series has at exactly this time, which is not later than its newest sample.
  std::optional<double> stored_value(SeriesId id, std::int64_t ms);
  Result<void> log_accepted();
  void roll_back();

  // A sender that knew it could make two sets of labels look alike.
  const std::uint64_t raw_seed_ = SystemRandom().next();

  // Of the append under way; kept for their memory.
  SeriesId before_ = kNoSeries;  // the series before this one in the batch
  std::vector<Accepted> accepted_;
  std::vector<Undo> undo_;
  std::vector<SeriesId> created_;
  std::vector<SeriesRecord> series_records_;
  std::vector<SamplesRecord> samples_records_;
  std::size_t series_records_used_ = 0;
  std::size_t samples_records_used_ = 0;
  std::vector<std::string_view> records_;
  std::string packed_;
  SeriesSamples found_;
};

}  // namespace tributary::tsdb
