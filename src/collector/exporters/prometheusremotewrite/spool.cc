#include "collector/exporters/prometheusremotewrite/spool.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using Cause = RequestQueue::Loss::Cause;

constexpr std::string_view kSegmentEnding = ".spool";
constexpr std::string_view kAsideEnding = ".request";
constexpr std::string_view kUnreadableEnding = ".unreadable";
constexpr std::size_t kDigits = 10;
constexpr std::size_t kReasonBytesMax = 1024;

std::string numbered(std::uint64_t number, std::string_view ending) {
  std::string digits = std::to_string(number);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return digits + std::string(ending);
}

std::optional<std::uint64_t> number_of(std::string_view name, std::string_view ending) {
  if (name.size() != kDigits + ending.size() || !name.ends_with(ending)) return {};
  return parse_uint64(name.substr(0, kDigits));
}

}  // namespace

std::string Spool::segment_name(std::uint64_t number) { return numbered(number, kSegmentEnding); }

std::optional<std::uint64_t> Spool::segment_number(std::string_view name) {
  return number_of(name, kSegmentEnding);
}

std::optional<std::uint64_t> Spool::quarantine_number(std::string_view name) {
  return number_of(name, kAsideEnding);
}

std::string Spool::path_of(std::uint64_t number) const {
  return options_.directory + '/' + segment_name(number);
}

std::string Spool::quarantine_directory() const {
  return options_.directory + '/' + std::string(kQuarantineName);
}

Spool::Spool(Disk& disk, Options options, RequestQueue::OnLoss on_loss,
             std::unique_ptr<DirectoryLock> lock)
    : disk_(disk),
      options_(std::move(options)),
      on_loss_(std::move(on_loss)),
      lock_(std::move(lock)) {
  options_.bytes_max = std::max(options_.bytes_max, kBytesMin);
}

Result<std::unique_ptr<Spool>> Spool::open(Disk& disk, Options options,
                                           RequestQueue::OnLoss on_loss) {
  if (auto made = disk.make_directory(options.directory); !made) return made.error();
  TRIBUTARY_TRY(auto lock, disk.lock(options.directory + '/' + std::string(kLockName)));
  std::unique_ptr<Spool> spool(
      new Spool(disk, std::move(options), std::move(on_loss), std::move(lock)));
  if (auto loaded = spool->load(); !loaded) return loaded.error();
  if (auto loaded = spool->load_quarantine(); !loaded) return loaded.error();
  return spool;
}

Result<void> Spool::load() {
  TRIBUTARY_TRY(const auto names, disk_.list(options_.directory));
  SpoolPosition settled;
  for (const std::string& name : names) {
    const auto number = segment_number(name);
    if (!number) continue;
    const std::string path = path_of(*number);
    TRIBUTARY_TRY(const std::uint64_t bytes, disk_.size(path));
    auto left = count({*number, 0}, bytes, settled);
    next_number_ = std::max(next_number_, *number + 1);
    if (left) {
      segments_.push_back({*number, bytes, *left});
    } else {
      // Whoever mends the disk finds it there.
      ++damaged_;
      (void)disk_.rename(path, path + std::string(kUnreadableEnding));
    }
  }
  std::sort(segments_.begin(), segments_.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  next_number_ = std::max(next_number_, settled.segment + 1);
  for (const Segment& segment : segments_) disk_bytes_ += segment.bytes;
  while (!segments_.empty() && segments_.front().number < settled.segment) remove_first();
  if (!segments_.empty()) {
    Segment& first = segments_.front();
    read_ = std::max(settled, SpoolPosition{first.number, 0});
    if (read_.offset > 0) {
      TRIBUTARY_TRY(first.left, count(read_, first.bytes, settled));
    }
  }
  for (const Segment& segment : segments_) {
    total_.requests += segment.left.requests;
    total_.samples += segment.left.samples;
    total_.bytes += segment.left.bytes;
    damaged_ += segment.left.damaged;
  }
  remove_settled();
  // A disk that is full is worse than a spool that is. What is there stays.
  if (const auto free = disk_.free_bytes(options_.directory)) {
    const std::uint64_t fair = std::max((*free + disk_bytes_) / 2, disk_bytes_);
    options_.bytes_max = std::max(kBytesMin, std::min(options_.bytes_max, fair));
  }
  return {};
}

Result<void> Spool::load_quarantine() {
  if (!disk_.exists(quarantine_directory())) return {};
  TRIBUTARY_TRY(const auto names, disk_.list(quarantine_directory()));
  for (const std::string& name : names) {
    const auto number = quarantine_number(name);
    if (!number) continue;
    const std::string path = quarantine_directory() + '/' + name;
    TRIBUTARY_TRY(const std::uint64_t bytes, disk_.size(path));
    aside_.push_back({path, bytes});
    aside_bytes_ += bytes;
    next_aside_ = std::max(next_aside_, *number + 1);
  }
  return {};
}

Result<Spool::Tally> Spool::count(SpoolPosition from, std::uint64_t end,
                                  SpoolPosition& settled) const {
  Tally tally;
  SpoolReader reader(disk_, path_of(from.segment), from, end);
  while (true) {
    TRIBUTARY_TRY(const bool more, reader.next());
    if (!more) break;
    const SpoolRecord& record = reader.record();
    if (record.kind == SpoolRecord::Kind::request) {
      ++tally.requests;
      tally.samples += record.samples;
      tally.bytes += record.body_bytes;
    } else if (record.kind == SpoolRecord::Kind::settled) {
      const Result<std::string> body = reader.body();
      const auto position = body ? decode_spool_position(*body) : std::nullopt;
      if (position) settled = std::max(settled, *position);
    }
  }
  tally.damaged = reader.damaged_stretches();
  return tally;
}

Result<void> Spool::push(SpoolRecord record, std::string_view body) {
  record.kind = SpoolRecord::Kind::request;
  const std::uint64_t bytes = SpoolRecord::kHeaderBytes + body.size();
  if (bytes > options_.bytes_max || body.size() > SpoolRecord::kBodyBytesMax) {
    on_loss_({Cause::full, 1, record.samples});
    return {};
  }
  make_room(bytes);
  if (auto done = append(record, body); !done) return done;
  Segment& segment = segments_.back();
  last_pushed_ = {segment.number, segment.bytes - bytes};
  for (Tally* tally : {&segment.left, &total_}) {
    ++tally->requests;
    tally->samples += record.samples;
    tally->bytes += record.body_bytes;
  }
  last_record_ = record;
  return {};
}

Result<void> Spool::append(SpoolRecord& record, std::string_view body) {
  const std::uint64_t segment_bytes = std::min(kSegmentBytes, options_.bytes_max / 8);
  if (active_ && segments_.back().bytes >= segment_bytes) active_.reset();
  if (!active_) {
    if (auto begun = begin_segment(); !begun) return begun;
  }
  Segment& segment = segments_.back();
  auto done = active_->append(encode_spool_header(record, body, {segment.number, segment.bytes}));
  if (done) done = active_->append(body);
  const bool sync = options_.fsync && record.kind == SpoolRecord::Kind::request;
  bool in_doubt = false;
  if (done && sync) {
    done = active_->sync();
    in_doubt = !done;
  }
  if (!done) {
    // What cannot be cut off is left behind, and never read by this process.
    if (!active_->truncate(segment.bytes) || in_doubt) active_.reset();
    return done;
  }
  segment.bytes += record.bytes();
  disk_bytes_ += record.bytes();
  return {};
}

Result<void> Spool::begin_segment() {
  TRIBUTARY_TRY(auto file, disk_.create(path_of(next_number_)));
  if (options_.fsync) {
    if (auto done = disk_.sync_directory(options_.directory); !done) return done;
  }
  active_ = std::move(file);
  segments_.push_back({next_number_, 0, {}});
  if (segments_.size() == 1) read_ = {next_number_, 0};
  ++next_number_;
  return {};
}

Result<std::optional<Spool::Front>> Spool::front() {
  while (!segments_.empty() && total_.requests > 0) {
    const Segment& first = segments_.front();
    SpoolReader reader(disk_, path_of(first.number), read_, first.bytes);
    auto front = read_front(reader);
    if (!front) {
      if (++failed_reads_ < kReadAttempts) return front;
      give_up_first(Cause::unreadable);
    } else if (*front) {
      failed_reads_ = 0;
      return front;
    } else {
      give_up_first(Cause::unreadable);
    }
  }
  remove_settled();
  return std::optional<Front>();
}

Result<std::optional<Spool::Front>> Spool::read_front(SpoolReader& reader) {
  while (true) {
    TRIBUTARY_TRY(const bool more, reader.next());
    if (!more) return std::optional<Front>();
    const SpoolRecord& record = reader.record();
    if (record.kind != SpoolRecord::Kind::request) continue;
    Result<std::string> body = reader.body();
    if (body) {
      read_ = reader.position();
      front_ = Handed{.record = record, .end = reader.end()};
      return std::optional<Front>(Front{record, std::move(*body)});
    }
    if (body.error().code() != Code::corruption) return body.error();
    ++damaged_;
    read_ = reader.end();
    forget(record);
    on_loss_({Cause::unreadable, 1, record.samples});
  }
}

void Spool::take_front() {
  while (segments_.front().number < last_pushed_.segment) remove_first();
  read_ = last_pushed_;
  front_ =
      Handed{.record = last_record_, .end = {read_.segment, read_.offset + last_record_.bytes()}};
}

void Spool::pop() {
  const Handed front = *std::exchange(front_, std::nullopt);
  if (!front.on_disk) {
    --total_.requests;
    total_.samples -= front.record.samples;
    total_.bytes -= front.record.body_bytes;
    return;
  }
  read_ = front.end;
  forget(front.record);
  remove_settled();
  if (total_.requests > 0 && read_.offset > 0) remember_position();
}

// In the first segment.
void Spool::forget(const SpoolRecord& record) {
  Tally& left = segments_.front().left;
  if (left.requests == 0) return;
  for (Tally* tally : {&left, &total_}) {
    --tally->requests;
    tally->samples -= record.samples;
    tally->bytes -= record.body_bytes;
  }
}

// Only from the front: a later segment may hold the position that was reached in an earlier one.
void Spool::remove_settled() {
  while (!segments_.empty() && segments_.front().left.requests == 0) remove_first();
  if (!undeleted_.empty()) remember_position();
}

void Spool::make_room(std::uint64_t bytes) {
  while (!segments_.empty() && disk_bytes_ + bytes > options_.bytes_max) give_up_first(Cause::full);
}

// But for a front that was handed out: that one is in memory.
void Spool::give_up_first(Cause cause) {
  if (front_ && front_->on_disk) {
    front_->on_disk = false;
    Tally& left = segments_.front().left;
    --left.requests;
    left.samples -= front_->record.samples;
    left.bytes -= front_->record.body_bytes;
  }
  failed_reads_ = 0;
  const Tally left = segments_.front().left;
  total_.requests -= left.requests;
  total_.samples -= left.samples;
  total_.bytes -= left.bytes;
  if (cause == Cause::unreadable) damaged_ += left.requests;
  remove_first();
  if (!undeleted_.empty()) remember_position();
  if (left.requests > 0) on_loss_({cause, left.requests, left.samples});
}

void Spool::remove_first() {
  undeleted_.push_back(path_of(segments_.front().number));
  disk_bytes_ -= segments_.front().bytes;
  segments_.pop_front();
  if (segments_.empty()) active_.reset();
  read_ = {segments_.empty() ? next_number_ : segments_.front().number, 0};
  std::erase_if(undeleted_,
                [this](const std::string& path) { return disk_.remove(path).has_value(); });
}

// After a failure the next start repeats what it should have said: of this file at most, or of
// those that could not be removed.
void Spool::remember_position() {
  SpoolRecord record{.kind = SpoolRecord::Kind::settled};
  (void)append(record, encode_spool_position(read_));
}

Result<void> Spool::quarantine(SpoolRecord record, std::string_view body, std::string_view reason) {
  if (auto made = disk_.make_directory(quarantine_directory()); !made) return made;
  const std::uint64_t number = next_aside_++;
  SpoolRecord why{.kind = SpoolRecord::Kind::reason};
  reason = reason.substr(0, kReasonBytesMax);
  std::string bytes = encode_spool_header(why, reason, {number, 0});
  bytes += reason;
  record.kind = SpoolRecord::Kind::request;
  bytes += encode_spool_header(record, body, {number, bytes.size()});
  bytes += body;
  const std::string path = quarantine_directory() + '/' + numbered(number, kAsideEnding);
  TRIBUTARY_TRY(const auto file, disk_.create(path));
  aside_.push_back({path, bytes.size()});
  aside_bytes_ += bytes.size();
  const Result<void> done = file->append(bytes);
  const std::uint64_t bytes_max = std::min(kSegmentBytes, options_.bytes_max / 8);
  while (aside_.size() > kQuarantineFilesMax || (aside_bytes_ > bytes_max && aside_.size() > 1)) {
    aside_bytes_ -= aside_.front().bytes;
    (void)disk_.remove(aside_.front().path);
    aside_.pop_front();
  }
  return done;
}

}  // namespace tributary::collector::prometheusremotewrite
