// Walks over the records of one segment, from header to header, and past what is damaged. Only a
// window of the file is in memory, and a body when it is asked for.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "collector/exporters/prometheusremotewrite/spool_record.h"

namespace tributary::collector::prometheusremotewrite {

class SpoolReader {
 public:
  // From `at` to the offset `end` of the segment in the file `path`.
  SpoolReader(Disk& disk, std::string path, SpoolPosition at, std::uint64_t end);

  // Moves to the next record whose header is intact and whose body is there; false at the end. An
  // error (of the disk) changes nothing: it may be tried again.
  Result<bool> next();
  const SpoolRecord& record() const { return record_; }
  SpoolPosition position() const { return at_; }
  // Behind the record.
  SpoolPosition end() const { return next_; }

  // Of the record: `corruption` where it is not what was written.
  Result<std::string> body();

  // Bytes, in how many stretches, that `next` passed over because they are no record.
  std::uint64_t damaged_bytes() const { return damaged_bytes_; }
  std::size_t damaged_stretches() const { return damaged_stretches_; }

 private:
  static constexpr std::size_t kWindowBytes = 16U << 10;

  // What the file has at `offset`, at least a header's length unless it ends.
  Result<std::string_view> window(std::uint64_t offset);
  // An intact record at `at`.
  Result<bool> read_header(SpoolPosition at);
  Result<bool> find_next(SpoolPosition at);

  Disk& disk_;
  std::string path_;
  std::uint64_t end_;
  SpoolPosition at_;
  SpoolPosition next_;
  SpoolRecord record_;
  std::string window_;
  std::uint64_t window_at_ = 0;
  std::uint64_t damaged_bytes_ = 0;
  std::size_t damaged_stretches_ = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
