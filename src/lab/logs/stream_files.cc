#include "lab/logs/stream_files.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/strings.h"

namespace tributary::lab::logs {
namespace {

constexpr std::string_view kSuffix = ".log";

// Calls `visit` with each whole line of the text.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return;
    visit(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

// Keeps as many events from the front as the query wants; true where it has them all.
bool cut(const StreamFiles::Query& query, std::vector<LogEvent>& events) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    bytes += billed_bytes(events[i].message);
    const bool too_much = i > 0 && bytes > query.bytes_max;
    if (!too_much && i < query.events_max) continue;
    events.resize(i);
    return true;
  }
  return events.size() == query.events_max;
}

}  // namespace

Result<StreamFiles> StreamFiles::open(Disk& disk, std::string directory) {
  StreamFiles files(disk, std::move(directory));
  if (!disk.exists(files.directory_)) return files;
  TRIBUTARY_TRY(const std::vector<std::string> names, disk.list(files.directory_));
  for (const std::string& name : names)
    if (auto scanned = files.scan(name); !scanned) return scanned.error();
  return files;
}

std::string StreamFiles::path_of(const OneFile& file) const {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "/%020llu",
                static_cast<unsigned long long>(file.first_sequence));
  return directory_ + name.data() + std::string(kSuffix);
}

void StreamFiles::count(OneFile& file, std::int64_t timestamp_ms) {
  file.min_ms = file.events == 0 ? timestamp_ms : std::min(file.min_ms, timestamp_ms);
  file.max_ms = file.events == 0 ? timestamp_ms : std::max(file.max_ms, timestamp_ms);
  ++file.events;
}

Result<void> StreamFiles::scan(const std::string& name) {
  if (!name.ends_with(kSuffix)) return {};
  const auto first = parse_uint64(std::string_view(name).substr(0, name.size() - kSuffix.size()));
  if (!first) return {};
  OneFile file{.first_sequence = *first};
  TRIBUTARY_TRY(const std::string text, disk_->read(path_of(file)));
  for_each_line(text, [&](std::string_view line) {
    const auto event = parse_line(line);
    if (!event) return;
    count(file, event->timestamp_ms);
    last_ingestion_ms_ = std::max(last_ingestion_ms_, event->ingestion_ms);
  });
  file.bytes = text.size();
  next_sequence_ = std::max(next_sequence_, file.first_sequence + file.events);
  if (file.events > 0) files_.push_back(file);
  return {};
}

Result<void> StreamFiles::begin_file() {
  out_.reset();
  if (files_.empty())
    if (auto made = disk_->make_directory(directory_); !made) return made;
  OneFile file{.first_sequence = next_sequence_};
  TRIBUTARY_TRY(out_, disk_->create(path_of(file)));
  files_.push_back(file);
  return {};
}

Result<void> StreamFiles::append(std::int64_t timestamp_ms, std::int64_t ingestion_ms,
                                 std::string_view message) {
  if (!out_ || files_.back().bytes >= kFileBytes)
    if (auto begun = begin_file(); !begun) return begun;
  const std::string line = to_line(timestamp_ms, ingestion_ms, message);
  OneFile& file = files_.back();
  if (auto written = out_->append(line); !written) {
    // A part of the line may be there.
    if (!out_->truncate(file.bytes)) {
      out_.reset();
      ++next_sequence_;  // so that the next file has another name
    }
    if (file.events == 0) {
      out_.reset();
      files_.pop_back();
    }
    return written;
  }
  file.bytes += line.size();
  count(file, timestamp_ms);
  ++next_sequence_;
  last_ingestion_ms_ = std::max(last_ingestion_ms_, ingestion_ms);
  return {};
}

Result<void> StreamFiles::collect(const OneFile& file, const Query& query,
                                  std::vector<LogEvent>& out) {
  TRIBUTARY_TRY(const std::string text, disk_->read(path_of(file)));
  std::uint64_t sequence = file.first_sequence;
  for_each_line(text, [&](std::string_view line) {
    const auto event = parse_line(line);
    if (!event) return;
    const Position position{event->timestamp_ms, sequence++};
    if (position > query.after && position < query.before)
      out.push_back({position, event->ingestion_ms, unescape(event->escaped)});
  });
  return {};
}

// Files are looked at in the order of their nearest event, until no other can hold a nearer one
// than those that are there already.
Result<std::vector<LogEvent>> StreamFiles::read(const Query& query) {
  const bool forward = query.order == Order::oldest_first;
  std::vector<const OneFile*> candidates;
  for (const OneFile& file : files_)
    if (file.events > 0 && file.max_ms >= query.after.timestamp_ms &&
        file.min_ms <= query.before.timestamp_ms)
      candidates.push_back(&file);
  std::stable_sort(candidates.begin(), candidates.end(), [&](const OneFile* a, const OneFile* b) {
    return forward ? a->min_ms < b->min_ms : a->max_ms > b->max_ms;
  });

  std::vector<LogEvent> events;
  bool full = false;
  for (const OneFile* file : candidates) {
    if (full && !events.empty()) {
      const std::int64_t last = events.back().position.timestamp_ms;
      if (forward ? file->min_ms > last : file->max_ms < last) break;
    }
    if (auto collected = collect(*file, query, events); !collected) return collected.error();
    std::sort(events.begin(), events.end(), [&](const LogEvent& a, const LogEvent& b) {
      return forward ? a.position < b.position : a.position > b.position;
    });
    full = cut(query, events) || full;
  }
  if (!forward) std::reverse(events.begin(), events.end());
  return events;
}

Result<void> StreamFiles::remove_first() {
  if (files_.size() == 1) out_.reset();
  if (auto removed = disk_->remove(path_of(files_.front())); !removed) return removed;
  files_.erase(files_.begin());
  return {};
}

Result<void> StreamFiles::drop_before(std::int64_t timestamp_ms) {
  while (!files_.empty() && files_.front().max_ms < timestamp_ms)
    if (auto removed = remove_first(); !removed) return removed;
  return {};
}

Result<void> StreamFiles::drop_to(std::uint64_t bytes_max) {
  while (files_.size() > 1 && bytes() > bytes_max)
    if (auto removed = remove_first(); !removed) return removed;
  return {};
}

std::int64_t StreamFiles::first_timestamp_ms() const {
  return std::min_element(files_.begin(), files_.end(),
                          [](const OneFile& a, const OneFile& b) { return a.min_ms < b.min_ms; })
      ->min_ms;
}

std::int64_t StreamFiles::last_timestamp_ms() const {
  return std::max_element(files_.begin(), files_.end(),
                          [](const OneFile& a, const OneFile& b) { return a.max_ms < b.max_ms; })
      ->max_ms;
}

std::uint64_t StreamFiles::bytes() const {
  std::uint64_t total = 0;
  for (const OneFile& file : files_) total += file.bytes;
  return total;
}

}  // namespace tributary::lab::logs
