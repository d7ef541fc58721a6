// Log groups, log streams and their events on disk: what CloudWatch Logs is to the awslogs driver.
//
//   <directory>/<account>/<region>/group-<name>/group.json           name, creation, retention,
//   tags
//                                              /<number>/stream.json  name, creation
//                                              /<number>/<first event>.log   (stream_files.h)
//
// Events that are older than the group's retention are not read any more, and their files are
// removed. Errors have the words of CloudWatch Logs.
//
// Threads: the Loop's; blocks on disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/result.h"
#include "lab/logs/stream_files.h"

namespace tributary::lab::logs {

struct GroupName {
  std::string account;
  std::string region;
  std::string group;

  auto operator<=>(const GroupName&) const = default;
};

// arn:aws:logs:<region>:<account>:log-group:<group>
std::string group_arn(const GroupName& name);
// What actions on a stream are authorised on; with stream "", actions on the group.
std::string stream_arn(const GroupName& name, std::string_view stream);

// One container's output into one stream. What cannot be written is counted, and said once.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual void put(Timestamp time, std::string_view message) = 0;
};

struct LogStream {
  std::string name;
  std::uint64_t number = 0;  // in its group
  std::int64_t created_ms = 0;
  StreamFiles files;
  std::uint64_t last_use = 0;
};

struct LogGroup {
  GroupName name;
  std::int64_t created_ms = 0;
  std::optional<int> retention_days;
  std::map<std::string, std::string> tags;
  std::map<std::string, LogStream, std::less<>> streams;

  std::uint64_t bytes() const;
};

class LogStore {
 public:
  struct Limits {
    std::size_t groups_max = 10'000;
    std::size_t streams_max = 10'000;                // of a group
    std::uint64_t stream_bytes_max = 256ULL << 20U;  // then its oldest events go
    std::size_t open_files_max = 256;
  };

  // The others outlive it. Errors: what the disk says.
  static Result<std::unique_ptr<LogStore>> open(Disk& disk, std::string directory,
                                                const Clock& clock, Logger log, Limits limits);
  static Result<std::unique_ptr<LogStore>> open(Disk& disk, std::string directory,
                                                const Clock& clock, Logger log) {
    return open(disk, std::move(directory), clock, std::move(log), Limits{});
  }

  const LogGroup* find(const GroupName& name) const;  // null where there is none
  std::vector<const LogGroup*> groups(std::string_view account, std::string_view region) const;

  Result<void> create_group(const GroupName& name, Timestamp created);
  Result<void> remove_group(const GroupName& name);
  Result<void> set_retention(const GroupName& name, std::optional<int> days);
  Result<void> set_tags(const GroupName& name, std::map<std::string, std::string> tags);

  Result<void> create_stream(const GroupName& name, const std::string& stream);
  Result<void> remove_stream(const GroupName& name, const std::string& stream);
  // Makes the stream if need be; the group must be there.
  Result<std::unique_ptr<StreamWriter>> open_stream(const GroupName& name,
                                                    const std::string& stream);

  Result<void> append(const GroupName& name, std::string_view stream, Timestamp time,
                      std::string_view message);
  Result<std::vector<LogEvent>> read(const GroupName& name, std::string_view stream,
                                     StreamFiles::Query query);

  // Older events of the group have expired.
  std::optional<std::int64_t> expired_before_ms(const LogGroup& group) const;
  std::uint64_t lines_lost() const { return lines_lost_; }  // of all writers

 private:
  class Writer;

  LogStore(Disk& disk, std::string directory, const Clock& clock, Logger log, Limits limits)
      : disk_(disk),
        directory_(std::move(directory)),
        clock_(clock),
        log_(std::move(log)),
        limits_(limits) {}

  Result<void> load();
  Result<void> load_group(const GroupName& place, const std::string& path);
  Result<void> load_stream(LogGroup& group, const std::string& path, std::uint64_t number);
  Result<LogGroup*> get(const GroupName& name);
  Result<LogStream*> get(const GroupName& name, std::string_view stream);
  Result<void> save(const LogGroup& group);
  void expire(LogGroup& group);
  void make_room_for_a_file();

  std::string region_path(const GroupName& name) const;
  std::string path_of(const GroupName& name) const;
  std::string path_of(const LogGroup& group, std::uint64_t number) const;

  Disk& disk_;
  std::string directory_;
  const Clock& clock_;
  Logger log_;
  Limits limits_;
  std::map<GroupName, LogGroup> groups_;
  std::uint64_t uses_ = 0;
  std::uint64_t lines_lost_ = 0;
};

}  // namespace tributary::lab::logs
