#include "lab/logs/log_store.h"

#include <algorithm>

#include "aws/sha256.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/json.h"

namespace tributary::lab::logs {
namespace {

constexpr const char* kNoGroup = "The specified log group does not exist.";
constexpr const char* kNoStream = "The specified log stream does not exist.";
constexpr std::string_view kGroupPrefix = "group-";
constexpr std::size_t kFileNameBytesMax = 200;
constexpr std::size_t kHashDigits = 32;

// group.json
struct GroupFile {
  std::string name;
  std::int64_t created_ms = 0;
  std::optional<int> retention_days;
  std::map<std::string, std::string> tags;

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "of the group");
    f.required("createdMs", created_ms, "milliseconds since 1970");
    f.optional("retentionInDays", retention_days, "nothing: for ever");
    f.optional("tags", tags, "key to value");
  }
};

// stream.json
struct StreamFile {
  std::string name;
  std::int64_t created_ms = 0;

  template <class Fields>
  void describe(Fields& f) {
    f.required("name", name, "of the stream");
    f.required("createdMs", created_ms, "milliseconds since 1970");
  }
};

template <class T>
Result<T> read_json(Disk& disk, const std::string& path) {
  TRIBUTARY_TRY(std::string text, disk.read(path));
  T value;
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_json(std::move(text), path, diagnostics);
  if (!diagnostics.has_errors()) config::decode(node, value, diagnostics);
  if (diagnostics.has_errors())
    return Error(Code::corruption, diagnostics.sorted().front().to_string());
  return value;
}

std::string to_json(const LogGroup& group) {
  std::string json = R"({"name":)" + json_string(group.name.group) + R"(,"createdMs":)" +
                     std::to_string(group.created_ms);
  if (group.retention_days)
    json += R"(,"retentionInDays":)" + std::to_string(*group.retention_days);
  json += R"(,"tags":{)";
  std::string_view separator;
  for (const auto& [key, value] : group.tags) {
    json.append(separator).append(json_string(key)).append(":").append(json_string(value));
    separator = ",";
  }
  return json + "}}\n";
}

// Unique to the name, and short enough for a file system.
std::string file_name(const std::string& name) {
  std::string file = percent_encode(name);
  if (file.size() <= kFileNameBytesMax) return file;
  file.resize(kFileNameBytesMax - kHashDigits);
  return file + aws::sha256_hex(name).substr(0, kHashDigits);
}

// Stands in a path, so it is looked at whoever has signed for it.
bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string group_arn(const GroupName& name) {
  return "arn:aws:logs:" + name.region + ":" + name.account + ":log-group:" + name.group;
}

std::string stream_arn(const GroupName& name, std::string_view stream) {
  return group_arn(name) + ":log-stream:" + std::string(stream);
}

std::uint64_t LogGroup::bytes() const {
  std::uint64_t total = 0;
  for (const auto& [stream, one] : streams) total += one.files.bytes();
  return total;
}

class LogStore::Writer final : public StreamWriter {
 public:
  Writer(LogStore& store, GroupName group, std::string stream)
      : store_(store), group_(std::move(group)), stream_(std::move(stream)) {}

  void put(Timestamp time, std::string_view message) override {
    if (message.empty()) return;  // CloudWatch has no empty events
    const auto put = store_.append(group_, stream_, time, message);
    if (put) return;
    ++store_.lines_lost_;
    if (said_) return;
    said_ = true;
    store_.log_.warn(
        "lines of a container are lost",
        {{"group", group_.group}, {"stream", stream_}, {"error", put.error().message()}});
  }

 private:
  LogStore& store_;
  GroupName group_;
  std::string stream_;
  bool said_ = false;
};

Result<std::unique_ptr<LogStore>> LogStore::open(Disk& disk, std::string directory,
                                                 const Clock& clock, Logger log, Limits limits) {
  std::unique_ptr<LogStore> store(
      new LogStore(disk, std::move(directory), clock, std::move(log), limits));
  if (auto loaded = store->load(); !loaded) return loaded.error();
  return store;
}

std::string LogStore::region_path(const GroupName& name) const {
  return directory_ + "/" + name.account + "/" + name.region;
}

std::string LogStore::path_of(const GroupName& name) const {
  return region_path(name) + "/" + std::string(kGroupPrefix) + file_name(name.group);
}

std::string LogStore::path_of(const LogGroup& group, std::uint64_t number) const {
  return path_of(group.name) + "/" + std::to_string(number);
}

Result<void> LogStore::load() {
  if (auto made = disk_.make_directory(directory_); !made) return made;
  TRIBUTARY_TRY(const std::vector<std::string> accounts, disk_.list(directory_));
  for (const std::string& account : accounts) {
    TRIBUTARY_TRY(const std::vector<std::string> regions, disk_.list(directory_ + "/" + account));
    for (const std::string& region : regions) {
      const std::string path = directory_ + "/" + account + "/" + region;
      TRIBUTARY_TRY(const std::vector<std::string> names, disk_.list(path));
      for (const std::string& name : names)
        if (auto loaded = load_group({account, region, ""}, path + "/" + name); !loaded)
          return loaded;
    }
  }
  return {};
}

Result<void> LogStore::load_group(const GroupName& place, const std::string& path) {
  // One whose removal, or whose making, was cut short.
  if (!disk_.exists(path + "/group.json")) return disk_.remove(path);
  TRIBUTARY_TRY(GroupFile file, read_json<GroupFile>(disk_, path + "/group.json"));
  LogGroup group{.name = {place.account, place.region, std::move(file.name)},
                 .created_ms = file.created_ms,
                 .retention_days = file.retention_days,
                 .tags = std::move(file.tags),
                 .streams = {}};
  TRIBUTARY_TRY(const std::vector<std::string> names, disk_.list(path));
  for (const std::string& name : names)
    if (const auto number = parse_uint64(name))
      if (auto loaded = load_stream(group, path + "/" + name, *number); !loaded) return loaded;
  expire(group);
  const GroupName name = group.name;
  groups_.emplace(name, std::move(group));
  return {};
}

Result<void> LogStore::load_stream(LogGroup& group, const std::string& path, std::uint64_t number) {
  if (!disk_.exists(path + "/stream.json")) return disk_.remove(path);
  TRIBUTARY_TRY(StreamFile file, read_json<StreamFile>(disk_, path + "/stream.json"));
  TRIBUTARY_TRY(StreamFiles files, StreamFiles::open(disk_, path));
  const std::string name = file.name;
  group.streams.emplace(name, LogStream{.name = std::move(file.name),
                                        .number = number,
                                        .created_ms = file.created_ms,
                                        .files = std::move(files)});
  return {};
}

Result<LogGroup*> LogStore::get(const GroupName& name) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return Error(Code::not_found, kNoGroup);
  return &found->second;
}

Result<LogStream*> LogStore::get(const GroupName& name, std::string_view stream) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  const auto found = group->streams.find(stream);
  if (found == group->streams.end()) return Error(Code::not_found, kNoStream);
  return &found->second;
}

const LogGroup* LogStore::find(const GroupName& name) const {
  const auto found = groups_.find(name);
  return found == groups_.end() ? nullptr : &found->second;
}

std::vector<const LogGroup*> LogStore::groups(std::string_view account,
                                              std::string_view region) const {
  std::vector<const LogGroup*> out;
  const GroupName first{std::string(account), std::string(region), ""};
  for (auto at = groups_.lower_bound(first);
       at != groups_.end() && at->first.account == account && at->first.region == region; ++at)
    out.push_back(&at->second);
  return out;
}

Result<void> LogStore::save(const LogGroup& group) {
  return disk_.replace(path_of(group.name) + "/group.json", to_json(group));
}

Result<void> LogStore::create_group(const GroupName& name, Timestamp created) {
  if (!is_region(name.region))
    return Error(Code::invalid_argument,
                 "region " + json_string(name.region) + ": must be like eu-west-1");
  if (groups_.contains(name))
    return Error(Code::already_exists, "The specified log group already exists");
  if (groups_.size() >= limits_.groups_max)
    return Error(Code::limit_exceeded, "Resource limit exceeded.");
  LogGroup group{
      .name = name, .created_ms = to_ms(created), .retention_days = {}, .tags = {}, .streams = {}};
  if (auto made = disk_.make_directory(path_of(name)); !made) return made;
  if (auto saved = save(group); !saved) return saved;
  groups_.emplace(name, std::move(group));
  return {};
}

Result<void> LogStore::remove_group(const GroupName& name) {
  TRIBUTARY_TRY([[maybe_unused]] LogGroup * group, get(name));
  const std::string path = path_of(name);
  // Without this file the rest is nothing any more, if a crash should leave some of it.
  if (auto removed = disk_.remove(path + "/group.json"); !removed) return removed;
  groups_.erase(name);
  if (auto removed = disk_.remove(path); !removed) return removed;
  for (const std::string& parent : {region_path(name), directory_ + "/" + name.account}) {
    const auto left = disk_.list(parent);
    if (!left || !left->empty()) break;
    if (auto removed = disk_.remove(parent); !removed) return removed;
  }
  return {};
}

Result<void> LogStore::set_retention(const GroupName& name, std::optional<int> days) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  group->retention_days = days;
  expire(*group);
  return save(*group);
}

Result<void> LogStore::set_tags(const GroupName& name, std::map<std::string, std::string> tags) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  group->tags = std::move(tags);
  return save(*group);
}

Result<void> LogStore::create_stream(const GroupName& name, const std::string& stream) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  if (group->streams.contains(stream))
    return Error(Code::already_exists, "The specified log stream already exists");
  if (group->streams.size() >= limits_.streams_max)
    return Error(Code::limit_exceeded, "Resource limit exceeded.");
  std::uint64_t number = 1;
  for (const auto& [other, one] : group->streams) number = std::max(number, one.number + 1);
  const std::string path = path_of(*group, number);
  const std::int64_t created_ms = to_ms(clock_.now());
  const std::string json =
      R"({"name":)" + json_string(stream) + R"(,"createdMs":)" + std::to_string(created_ms) + "}\n";
  if (auto made = disk_.make_directory(path); !made) return made;
  if (auto saved = disk_.replace(path + "/stream.json", json); !saved) return saved;
  TRIBUTARY_TRY(StreamFiles files, StreamFiles::open(disk_, path));
  group->streams.emplace(
      stream,
      LogStream{
          .name = stream, .number = number, .created_ms = created_ms, .files = std::move(files)});
  return {};
}

Result<void> LogStore::remove_stream(const GroupName& name, const std::string& stream) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  TRIBUTARY_TRY(LogStream * found, get(name, stream));
  const std::string path = path_of(*group, found->number);
  if (auto removed = disk_.remove(path + "/stream.json"); !removed) return removed;
  group->streams.erase(stream);
  return disk_.remove(path);
}

Result<std::unique_ptr<StreamWriter>> LogStore::open_stream(const GroupName& name,
                                                            const std::string& stream) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  if (!group->streams.contains(stream))
    if (auto created = create_stream(name, stream); !created) return created.error();
  return std::unique_ptr<StreamWriter>(std::make_unique<Writer>(*this, name, stream));
}

Result<void> LogStore::append(const GroupName& name, std::string_view stream, Timestamp time,
                              std::string_view message) {
  TRIBUTARY_TRY(LogStream * found, get(name, stream));
  if (!found->files.is_open()) make_room_for_a_file();
  found->last_use = ++uses_;
  auto appended = found->files.append(to_ms(time), to_ms(clock_.now()), message);
  if (!appended) return appended;
  return found->files.drop_to(limits_.stream_bytes_max);
}

Result<std::vector<LogEvent>> LogStore::read(const GroupName& name, std::string_view stream,
                                             StreamFiles::Query query) {
  TRIBUTARY_TRY(LogGroup * group, get(name));
  TRIBUTARY_TRY(LogStream * found, get(name, stream));
  expire(*group);
  if (const auto expired = expired_before_ms(*group))
    query.after = std::max(query.after, Position{*expired, 0});
  return found->files.read(query);
}

std::optional<std::int64_t> LogStore::expired_before_ms(const LogGroup& group) const {
  if (!group.retention_days) return std::nullopt;
  return to_ms(clock_.now() - *group.retention_days * 24h);
}

void LogStore::expire(LogGroup& group) {
  const auto before = expired_before_ms(group);
  if (!before) return;
  for (auto& [name, stream] : group.streams)
    if (auto dropped = stream.files.drop_before(*before); !dropped)
      log_.warn(
          "expired log events stay on disk",
          {{"group", group.name.group}, {"stream", name}, {"error", dropped.error().message()}});
}

// Closes the file that was written to the longest time ago, where too many are open.
void LogStore::make_room_for_a_file() {
  LogStream* oldest = nullptr;
  std::size_t open = 0;
  for (auto& [name, group] : groups_)
    for (auto& [stream, one] : group.streams) {
      if (!one.files.is_open()) continue;
      ++open;
      if (oldest == nullptr || one.last_use < oldest->last_use) oldest = &one;
    }
  if (open >= limits_.open_files_max) oldest->files.close();
}

}  // namespace tributary::lab::logs
