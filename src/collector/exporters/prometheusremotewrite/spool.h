// A spool: encoded requests on disk, in order, in files that are only ever appended to. What a
// push wrote survives the end of the process, be it SIGKILL, and with `fsync` the end of the
// machine. Bytes are drawn in docs/formats/spool.md, reasons are in docs/decisions/0006-spool.md.
//
// A new file is begun at each start, so that no torn end is ever appended to. Files that are read
// are removed. In memory are a few numbers for each file, and none for a request.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "collector/exporters/prometheusremotewrite/request_queue.h"
#include "collector/exporters/prometheusremotewrite/spool_reader.h"
#include "collector/exporters/prometheusremotewrite/spool_record.h"

namespace tributary::collector::prometheusremotewrite {

class Spool {
 public:
  static constexpr std::uint64_t kBytesMin = 1U << 20;       // of bytes_max
  static constexpr std::uint64_t kSegmentBytes = 16U << 20;  // at most an eighth of bytes_max
  static constexpr std::size_t kQuarantineFilesMax = 32;
  static constexpr int kReadAttempts = 3;  // of a file that the disk fails to read

  struct Options {
    std::string directory;
    // Of its files, quarantine not counted; never more than half of what is free when it is opened.
    std::uint64_t bytes_max = std::uint64_t{1} << 30;
    bool fsync = false;  // after each push
  };

  // Takes the directory for itself, makes it where it is missing.
  static Result<std::unique_ptr<Spool>> open(Disk& disk, Options options,
                                             RequestQueue::OnLoss on_loss);

  // Behind all others. Makes room by giving up the oldest files. After an error nothing of it is
  // there.
  Result<void> push(SpoolRecord record, std::string_view body);

  struct Front {
    SpoolRecord record;
    std::string body;
  };
  // The oldest one: nothing where there is none. It stays until `pop`, which needs it. An error of
  // the disk passes, or the rest of the file is given up after a few attempts.
  Result<std::optional<Front>> front();
  // Makes the only one, which the caller still has, the front, without reading it.
  void take_front();
  void pop();

  // Keeps a request aside, with the reason; the oldest of those go when there are too many.
  Result<void> quarantine(SpoolRecord record, std::string_view body, std::string_view reason);

  // Not yet popped. A front whose file had to go is among them, though on disk no more.
  std::size_t requests() const { return total_.requests; }
  std::size_t samples() const { return total_.samples; }
  std::uint64_t request_bytes() const { return total_.bytes; }
  bool front_is_only_in_memory() const { return front_ && !front_->on_disk; }

  std::uint64_t bytes_max() const { return options_.bytes_max; }
  std::uint64_t disk_bytes() const { return disk_bytes_; }
  std::size_t segments() const { return segments_.size(); }
  std::uint64_t damaged() const { return damaged_; }  // records, or stretches that are none
  const std::string& directory() const { return options_.directory; }
  std::string quarantine_directory() const;

  static std::string segment_name(std::uint64_t number);
  static std::optional<std::uint64_t> segment_number(std::string_view name);
  static std::optional<std::uint64_t> quarantine_number(std::string_view name);
  static constexpr std::string_view kLockName = "lock";
  static constexpr std::string_view kQuarantineName = "quarantine";

 private:
  struct Tally {
    std::size_t requests = 0;
    std::size_t samples = 0;
    std::uint64_t bytes = 0;  // of bodies
    std::size_t damaged = 0;  // stretches
  };
  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;  // on disk there may be a torn end behind them
    Tally left;               // not yet popped
  };
  struct Handed {  // the front
    SpoolRecord record;
    SpoolPosition end;
    bool on_disk = true;
  };
  struct Aside {
    std::string path;
    std::uint64_t bytes = 0;
  };

  Spool(Disk& disk, Options options, RequestQueue::OnLoss on_loss,
        std::unique_ptr<DirectoryLock> lock);

  Result<void> load();
  Result<void> load_quarantine();
  // What lies between the two; moves `settled` on to the furthest position that is told there.
  Result<Tally> count(SpoolPosition from, std::uint64_t end, SpoolPosition& settled) const;
  Result<std::optional<Front>> read_front(SpoolReader& reader);

  Result<void> append(SpoolRecord& record, std::string_view body);
  Result<void> begin_segment();
  void make_room(std::uint64_t bytes);
  void give_up_first(RequestQueue::Loss::Cause cause);
  void remove_first();
  void remove_settled();
  void remember_position();
  void forget(const SpoolRecord& record);
  std::string path_of(std::uint64_t number) const;

  Disk& disk_;
  Options options_;
  RequestQueue::OnLoss on_loss_;
  std::unique_ptr<DirectoryLock> lock_;

  std::deque<Segment> segments_;  // oldest first
  std::uint64_t next_number_ = 1;
  std::unique_ptr<File> active_;  // the last segment, while it is appended to
  SpoolPosition read_;            // everything before it is settled; in the first segment
  SpoolPosition last_pushed_;
  SpoolRecord last_record_;  // there
  std::optional<Handed> front_;
  int failed_reads_ = 0;
  std::vector<std::string> undeleted_;  // what the disk would not remove

  Tally total_;  // of everything not yet popped
  std::uint64_t disk_bytes_ = 0;
  std::uint64_t damaged_ = 0;
  std::deque<Aside> aside_;
  std::uint64_t aside_bytes_ = 0;
  std::uint64_t next_aside_ = 1;
};

}  // namespace tributary::collector::prometheusremotewrite
