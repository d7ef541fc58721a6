// Writes a log: records appended to numbered segments in one directory, made durable by `sync`,
// which many callers share (group commit).
//
// When a write or fsync fails, nothing that was not durable is trusted any more: the segment is cut
// back to what was fsynced, and the records after that point, which are kept in memory until then,
// are written again into a new segment before anything else. While that fails too, `log` and `sync`
// fail with unavailable; the first call after the disk is well again succeeds. So a record for
// which `sync` succeeded is on disk, and one that was logged is not lost by a failed fsync alone.
//
// Threads: any; `log` keeps the order of its callers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/wal_segment.h"

namespace tributary::tsdb {

std::string wal_segment_name(unsigned number);  // 00000007

class Wal {
 public:
  struct Options {
    std::size_t segment_bytes_max = kWalSegmentBytesMax;
    // Records logged but not yet durable, kept in memory; `log` syncs by itself above this.
    std::size_t unsynced_bytes_max = 64U << 20;
    WalCompression compression = WalCompression::snappy;
  };

  // Begins segment `first_segment` of `directory`, which exists. `disk` outlives the log.
  static Result<std::unique_ptr<Wal>> open(Disk& disk, std::string directory,
                                           unsigned first_segment, Options options);

  // All of the records or, on failure, none.
  Result<void> log(std::span<const std::string_view> records);
  // Returns when everything logged before the call is durable.
  Result<void> sync();
  // Ends the segment, made durable, and begins another: its number.
  Result<unsigned> cut();

  unsigned segment() const;
  std::uint64_t syncs() const;  // fsyncs done for `sync`

 private:
  using Lock = std::unique_lock<std::mutex>;

  Wal(Disk& disk, std::string directory, Options options);

  std::string path_of(unsigned segment) const;
  Result<void> begin_segment(unsigned number);
  Result<void> cut_locked();
  // After a failure: writes what was not durable into a new segment.
  Result<void> recover();
  void mark_synced(std::uint64_t sequence);

  Disk& disk_;
  const std::string directory_;
  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable sync_ended_;
  bool syncing_ = false;  // one caller is in fsync, without the mutex
  bool suspect_ = false;  // the segment's tail is in doubt: recover before anything else
  std::shared_ptr<File> file_;
  unsigned segment_ = 0;
  WalFramer framer_;
  std::uint64_t synced_position_ = 0;  // in the segment
  std::uint64_t logged_ = 0;           // records since the start
  std::uint64_t synced_ = 0;           // of these, durable
  std::deque<std::string> unsynced_;   // the records in between
  std::size_t unsynced_bytes_ = 0;
  std::uint64_t syncs_ = 0;
  std::string frames_;
};

}  // namespace tributary::tsdb
