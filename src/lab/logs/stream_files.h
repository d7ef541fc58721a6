// The events of one log stream: files of text lines in a directory, named after the number of their
// first event. A file is written by one run of the lab and never changed afterwards; a line that a
// crash has cut off is not read. Nothing is synced: a lab's logs may lose their last second with
// the machine's power.
//
// Threads: one at a time; blocks on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "lab/logs/log_event.h"

namespace tributary::lab::logs {

class StreamFiles {
 public:
  static constexpr std::size_t kFileBytes = 256U << 10;  // a file that is longer gets a successor

  // Reads what is there. `directory` need not exist.
  static Result<StreamFiles> open(Disk& disk, std::string directory);

  Result<void> append(std::int64_t timestamp_ms, std::int64_t ingestion_ms,
                      std::string_view message);

  enum class Order : std::uint8_t { oldest_first, newest_first };
  struct Query {
    // Both ends are left out.
    Position after{std::numeric_limits<std::int64_t>::min(), 0};
    Position before{std::numeric_limits<std::int64_t>::max(),
                    std::numeric_limits<std::uint64_t>::max()};
    Order order = Order::oldest_first;  // from which end `events_max` and `bytes_max` count
    std::size_t events_max = 10'000;
    std::size_t bytes_max = 1U << 20;  // at least one event comes whatever its size
  };
  // Oldest first, whatever the order.
  Result<std::vector<LogEvent>> read(const Query& query);

  // Removes the files that hold nothing younger, or the oldest ones until what is left fits.
  Result<void> drop_before(std::int64_t timestamp_ms);
  Result<void> drop_to(std::uint64_t bytes_max);

  bool empty() const { return files_.empty(); }
  std::int64_t first_timestamp_ms() const;  // not of an empty stream
  std::int64_t last_timestamp_ms() const;
  std::int64_t last_ingestion_ms() const { return last_ingestion_ms_; }
  std::uint64_t bytes() const;

  bool is_open() const { return out_ != nullptr; }
  void close() { out_.reset(); }  // the next event begins a new file

 private:
  struct OneFile {
    std::uint64_t first_sequence = 1;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::int64_t min_ms = 0;
    std::int64_t max_ms = 0;
  };

  StreamFiles(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}

  std::string path_of(const OneFile& file) const;
  Result<void> scan(const std::string& name);
  Result<void> begin_file();
  static void count(OneFile& file, std::int64_t timestamp_ms);
  // The events of one file that the query wants.
  Result<void> collect(const OneFile& file, const Query& query, std::vector<LogEvent>& out);
  Result<void> remove_first();

  Disk* disk_;
  std::string directory_;
  std::vector<OneFile> files_;  // in the order they were written; none is empty but the last
  std::unique_ptr<File> out_;
  std::uint64_t next_sequence_ = 1;
  std::int64_t last_ingestion_ms_ = 0;
};

}  // namespace tributary::lab::logs
