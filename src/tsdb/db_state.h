// What a Db is made of; for the files db*.cc alone.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/random.h"
#include "model/queryable.h"
#include "tsdb/block_store.h"
#include "tsdb/compactor.h"
#include "tsdb/db.h"
#include "tsdb/head.h"
#include "tsdb/head_deletions.h"
#include "tsdb/metadata_store.h"
#include "tsdb/record_list.h"
#include "tsdb/wal.h"
#include "tsdb/wal_histograms.h"
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
        exemplars(options.exemplars_max),
        blocks(disk, directory, log),
        compactor(disk, blocks, clock, log, to_ms(options.retention)) {}

  Result<AppendResult> append(const WriteBatch& batch, LabelParser* parser);
  Result<void> truncate(std::int64_t min_ms);

  // Under `maintain_mutex`; see db_maintain.cc.
  bool writes_head_block() const { return head_block && !head_block->readers; }
  Result<bool> maintain(const MaintainBudget& budget);
  DbOptions current_options();
  Result<void> apply_retention();
  Result<bool> truncate_compacted();
  bool head_is_due();
  Result<void> begin_head_block();
  Result<bool> run_compaction(const MaintainBudget& budget);
  // The head's samples from `min_ms` to `max_ms` that are not deleted.
  std::unique_ptr<ChunkSeriesStream> head_stream(std::int64_t min_ms, std::int64_t max_ms) const;
  std::unique_ptr<Querier> querier(std::int64_t min_ms, std::int64_t max_ms);

  // Deletes from the head, in the log and in memory: from how many series.
  Result<std::size_t> delete_from_head(std::span<const Matcher> matchers, Interval interval);
  std::string wal_directory() const { return directory + "/wal"; }
  std::string late_wal_directory() const { return directory + "/wbl"; }  // as Prometheus calls it
  Result<void> sync();
  // Writes the log of late samples anew, of those that the head still has.
  Result<void> shorten_late_wal();

  const std::string directory;
  DbOptions options;  // guarded by `write_mutex`
  Disk& disk;
  const Clock& clock;
  Logger log;
  std::unique_ptr<DirectoryLock> lock;
  Head head;
  std::unique_ptr<Wal> wal;
  std::mutex late_wal_mutex;      // of the pointer
  std::shared_ptr<Wal> late_wal;  // of late samples; made for the first one
  MetadataStore metadata;
  ExemplarStore exemplars;
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
    Sample sample;                     // or
    const NativeHistogram* histogram;  // at the sample's time; the batch's or of `stale_markers_`
  };
  struct Late {
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
    std::int64_t late_floor_ms;  // INT64_MAX where none may be late

    bool in_time(std::int64_t ms) const { return ms >= floor_ms && ms <= ceiling_ms; }
  };
  struct Found {
    SeriesId series = kNoSeries;
    std::optional<Refusal> refused;  // why there is none
    std::string detail;
  };

  Limits limits() const;  // for a batch that comes now
  void take_series(const WriteBatch& batch, const WriteBatch::Series& entry, LabelParser* parser,
                   const Limits& limits, AppendResult& result);
  void take_sample(SeriesId id, Sample sample, const Limits& limits, AppendResult& result);
  void take_histogram(SeriesId id, const WriteBatch::Histogram& point, const Limits& limits,
                      AppendResult& result);
  void take_exemplars(const WriteBatch& batch, const WriteBatch::Series& entry, SeriesId id,
                      AppendResult& result);
  // Of a series that is not there.
  void refuse_all(const WriteBatch& batch, const WriteBatch::Series& entry, const Found& found,
                  const Limits& limits, AppendResult& result);
  // The series that was sent as these bytes, if it is the one that comes here.
  SeriesId recognise(std::uint64_t raw_hash) const;
  Found find_or_create(const WriteBatch& batch, const WriteBatch::Series& entry,
                       LabelParser* parser, bool may_create);
  Found find_or_create(std::string_view packed, bool may_create);
  void accept(SeriesId id, Sample sample, const NativeHistogram* histogram);
  // What the series has at exactly this time, which is not later than its newest sample: whether it
  // is the same, or nothing where there is none.
  std::optional<bool> is_stored(SeriesId id, Sample sample, const NativeHistogram* histogram);
  void encode_samples(std::size_t first, std::size_t end);
  Result<void> log_accepted(const WriteBatch& batch);
  Result<void> log_late();
  Result<void> open_late_wal();
  void apply(const WriteBatch& batch);
  void roll_back();

  // A sender that knew it could make two sets of labels look alike.
  const std::uint64_t raw_seed_ = SystemRandom().next();

  // Of the append under way; kept for their memory.
  SeriesId before_ = kNoSeries;  // the series before this one in the batch
  std::vector<Accepted> accepted_;
  std::vector<Late> late_;
  std::vector<Undo> undo_;
  std::vector<SeriesId> created_;
  std::deque<NativeHistogram> stale_markers_;
  std::vector<std::size_t> borders_;  // of `accepted_`, that the records must keep: see `accept`
  RecordList records_;
  SamplesRecord samples_record_;
  std::array<HistogramsRecord, 4> histogram_records_;  // by type
  struct ExemplarAt {
    SeriesId series;
    const WriteBatch::Exemplar* exemplar;
  };
  std::vector<ExemplarAt> exemplars_at_;
  std::string packed_;
  SeriesSamples found_;
};

}  // namespace tributary::tsdb
