// What a Db is made of; for db.cc and db_append.cc alone.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tsdb/db.h"
#include "tsdb/disk.h"
#include "tsdb/head.h"
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
        metadata(disk, directory + "/metadata.json", options.metadata_families_max) {}

  Result<AppendResult> append(const WriteBatch& batch);
  Result<void> truncate(std::int64_t min_ms);
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
    HeadSeries* series;
    Sample sample;
  };
  struct Undo {
    HeadSeries* series;
    bool had_last;
    Sample last;
  };
  struct Limits {
    std::int64_t floor_ms;
    std::int64_t ceiling_ms;
  };

  void take_series(const WriteBatch& batch, const WriteBatch::Series& entry, const Limits& limits,
                   AppendResult& result);
  HeadSeries* find_or_create(std::string_view packed, std::optional<Refusal>& refused);
  // What the series has at exactly this time, which is not later than its newest sample.
  std::optional<double> stored_value(const HeadSeries& series, std::int64_t ms);
  Result<void> log_accepted();
  void roll_back();

  // Of the append under way; kept for their memory.
  std::vector<Accepted> accepted_;
  std::vector<Undo> undo_;
  std::vector<HeadSeries*> created_;
  std::vector<std::string> records_;
  std::vector<Sample> found_;
};

}  // namespace tributary::tsdb
