#include "hub/console/dashboards.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "base/json_writer.h"

namespace tributary::hub::console {
namespace {

constexpr std::size_t kUidBytesMax = 40;  // as Grafana's
constexpr std::size_t kTitleBytesMax = 500;
constexpr std::size_t kTagsMax = 50;
constexpr std::string_view kEnding = ".json";

bool is_uid_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// It becomes the name of a file.
bool is_uid(std::string_view text) {
  return !text.empty() && text.size() <= kUidBytesMax && std::ranges::all_of(text, is_uid_char);
}

Result<void> check_uid(std::string_view uid) {
  if (is_uid(uid)) return {};
  return Error(Code::invalid_argument, "dashboard uid " + json_string(uid) +
                                           ": must be 1 to 40 letters, digits, \"-\" and \"_\"");
}

Error not_found(std::string_view uid) {
  return Error(Code::not_found, "there is no dashboard with uid " + json_string(uid));
}

std::string_view text_of(const rapidjson::Value& object, const char* key) {
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::string_view stem_of(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  path.remove_suffix(kEnding.size());
  return path;
}

void write_json(JsonWriter& out, const DashboardEntry& entry) {
  out.object([&] {
    out.member("uid", entry.uid);
    out.member("title", entry.title);
    out.array("tags", entry.tags, [&](const std::string& tag) { out.value(tag); });
    out.member("source", to_string(entry.source));
    out.member("updatedAt", entry.updated_at);
  });
}

}  // namespace

std::string_view to_string(DashboardSource source) {
  return source == DashboardSource::uploaded ? "uploaded" : "folder";
}

Result<DashboardEntry> parse_dashboard(std::string_view json) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  document.Parse<kFlags>(json.data(), json.size());
  if (document.HasParseError())
    return Error(Code::invalid_argument, "dashboard: not JSON at byte " +
                                             std::to_string(document.GetErrorOffset()) + ": " +
                                             rapidjson::GetParseError_En(document.GetParseError()));
  if (!document.IsObject())
    return Error(Code::invalid_argument,
                 "dashboard: want a JSON object, Grafana's dashboard model");
  DashboardEntry entry{.uid = std::string(text_of(document, "uid")),
                       .title = std::string(text_of(document, "title"))};
  if (entry.title.empty())
    return Error(Code::invalid_argument, "dashboard: \"title\" is missing or no text");
  if (entry.title.size() > kTitleBytesMax)
    return Error(Code::invalid_argument, "dashboard: \"title\" has " +
                                             std::to_string(entry.title.size()) +
                                             " bytes, at most " + std::to_string(kTitleBytesMax));
  const auto tags = document.FindMember("tags");
  if (tags == document.MemberEnd() || !tags->value.IsArray()) return entry;
  for (const rapidjson::Value& tag : tags->value.GetArray()) {
    if (!tag.IsString() || entry.tags.size() == kTagsMax) continue;
    entry.tags.emplace_back(tag.GetString(), tag.GetStringLength());
  }
  return entry;
}

DashboardStore::DashboardStore(Options options, Disk& disk, Logger log)
    : options_(std::move(options)), disk_(disk), log_(std::move(log)) {}

std::string DashboardStore::directory_of(std::string_view account) const {
  return options_.directory + "/" + std::string(account);
}

Result<DashboardEntry> DashboardStore::look_at(const std::string& path, DashboardSource source) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return Error(Code::not_found, "no file");
  const Stamp stamp{.updated_at = static_cast<double>(status.st_mtim.tv_sec) +
                                  static_cast<double>(status.st_mtim.tv_nsec) * 1e-9,
                    .bytes = static_cast<std::uint64_t>(status.st_size)};
  const auto known = known_.find(path);
  if (known != known_.end() && known->second.stamp == stamp) return known->second.entry;

  const auto describe = [&]() -> Result<DashboardEntry> {
    if (stamp.bytes > options_.dashboard_bytes_max)
      return Error(Code::invalid_argument, "dashboard: " + std::to_string(stamp.bytes) +
                                               " bytes, at most " +
                                               std::to_string(options_.dashboard_bytes_max));
    TRIBUTARY_TRY(const std::string body, disk_.read(path));
    TRIBUTARY_TRY(DashboardEntry entry, parse_dashboard(body));
    const bool by_name = source == DashboardSource::uploaded || entry.uid.empty();
    if (by_name) entry.uid = stem_of(path);
    if (auto good = check_uid(entry.uid); !good) return good.error();
    entry.source = source;
    entry.updated_at = stamp.updated_at;
    return entry;
  };
  Result<DashboardEntry> entry = describe();
  if (!entry) log_.warn("no dashboard", {{"file", path}, {"error", entry.error().message()}});
  known_.insert_or_assign(path, Known{.stamp = stamp, .entry = entry});
  return entry;
}

Result<DashboardStore::Dashboards> DashboardStore::read(const std::string& directory,
                                                        DashboardSource source) {
  auto names = disk_.list(directory);
  const bool absent = !names && names.error().code() == Code::not_found;
  if (absent && source == DashboardSource::uploaded) names = std::vector<std::string>();
  if (!names) return Error(Code::unavailable, names.error().message());
  const std::set<std::string> there(names->begin(), names->end());
  const std::string prefix = directory + "/";
  const auto is_below = [&](const auto& known) { return known->first.starts_with(prefix); };
  for (auto known = known_.lower_bound(prefix); known != known_.end() && is_below(known);)
    known =
        there.contains(known->first.substr(prefix.size())) ? std::next(known) : known_.erase(known);
  Dashboards found;
  for (const std::string& name : there) {
    if (!name.ends_with(kEnding) || found.size() == options_.dashboards_max) continue;
    auto entry = look_at(prefix + name, source);
    if (!entry) continue;
    const std::string uid = entry->uid;
    found.try_emplace(uid, Found{.entry = *std::move(entry), .path = prefix + name});
  }
  return found;
}

Result<DashboardStore::Dashboards> DashboardStore::all(std::string_view account) {
  TRIBUTARY_TRY(Dashboards found, read(directory_of(account), DashboardSource::uploaded));
  if (options_.folder.empty()) return found;
  TRIBUTARY_TRY(Dashboards of_folder, read(options_.folder, DashboardSource::folder));
  found.merge(of_folder);
  return found;
}

Result<std::vector<DashboardEntry>> DashboardStore::list(std::string_view account) {
  const std::scoped_lock lock(mutex_);
  TRIBUTARY_TRY(Dashboards dashboards, all(account));
  std::vector<DashboardEntry> entries;
  for (auto& [uid, found] : dashboards) entries.push_back(std::move(found.entry));
  std::ranges::sort(entries, {},
                    [](const DashboardEntry& entry) { return std::tie(entry.title, entry.uid); });
  return entries;
}

Result<std::string> DashboardStore::get(std::string_view account, std::string_view uid) {
  if (auto good = check_uid(uid); !good) return good.error();
  const std::scoped_lock lock(mutex_);
  TRIBUTARY_TRY(const Dashboards dashboards, all(account));
  const auto found = dashboards.find(uid);
  if (found == dashboards.end()) return not_found(uid);
  auto body = disk_.read(found->second.path);
  const bool gone = !body && body.error().code() == Code::not_found;  // from the folder, just now
  return gone ? not_found(uid) : body;
}

Result<DashboardEntry> DashboardStore::put(std::string_view account, std::string_view uid,
                                           std::string_view body) {
  if (auto good = check_uid(uid); !good) return good.error();
  if (body.size() > options_.dashboard_bytes_max)
    return Error(Code::invalid_argument, "dashboard: " + std::to_string(body.size()) +
                                             " bytes, at most " +
                                             std::to_string(options_.dashboard_bytes_max));
  TRIBUTARY_TRY(const DashboardEntry said, parse_dashboard(body));
  if (!said.uid.empty() && said.uid != uid)
    return Error(Code::invalid_argument, "dashboard: its \"uid\" is " + json_string(said.uid) +
                                             ", the request's " + json_string(uid));

  const std::scoped_lock lock(mutex_);
  const std::string directory = directory_of(account);
  TRIBUTARY_TRY(const Dashboards own, read(directory, DashboardSource::uploaded));
  if (own.size() >= options_.dashboards_max && !own.contains(uid))
    return Error(Code::limit_exceeded, "account " + std::string(account) + " has " +
                                           std::to_string(own.size()) + " dashboards, at most " +
                                           std::to_string(options_.dashboards_max));
  if (auto made = disk_.make_directory(directory); !made) return made.error();
  const std::string path = directory + "/" + std::string(uid) + std::string(kEnding);
  if (auto written = disk_.replace(path, body); !written) return written.error();
  known_.erase(path);
  return look_at(path, DashboardSource::uploaded);
}

Result<void> DashboardStore::remove(std::string_view account, std::string_view uid) {
  if (auto good = check_uid(uid); !good) return good.error();
  const std::scoped_lock lock(mutex_);
  TRIBUTARY_TRY(const Dashboards dashboards, all(account));
  const auto found = dashboards.find(uid);
  if (found == dashboards.end()) return not_found(uid);
  if (found->second.entry.source == DashboardSource::folder)
    return Error(Code::invalid_argument, "dashboard " + json_string(uid) +
                                             " is of the hub's folder (--dashboards), which only "
                                             "the hub's operator changes");
  const std::string path = found->second.path;
  known_.erase(path);
  if (auto removed = disk_.remove(path); !removed) return removed.error();
  return disk_.sync_directory(directory_of(account));
}

std::string to_json(const std::vector<DashboardEntry>& entries) {
  JsonWriter out;
  out.object([&] {
    out.array("dashboards", entries, [&](const DashboardEntry& entry) { write_json(out, entry); });
  });
  return out.take();
}

std::string to_json(const DashboardEntry& entry) {
  JsonWriter out;
  write_json(out, entry);
  return out.take();
}

}  // namespace tributary::hub::console
