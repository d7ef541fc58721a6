#include "tsdb/wal.h"

#include <cstdio>
#include <utility>

namespace tributary::tsdb {
namespace {

// A record that does not fit what is left of a segment goes into the next one; this is what its
// headers and padding may add.
std::size_t framed_bytes_max(std::size_t record_bytes) {
  const std::size_t pages = record_bytes / (kWalPageBytes - kWalHeaderBytes) + 2;
  return record_bytes + record_bytes / 6 + 64 + 2 * kWalHeaderBytes * pages;
}

}  // namespace

std::string wal_segment_name(unsigned number) {
  char name[16];
  std::snprintf(name, sizeof name, "%08u", number);
  return name;
}

Wal::Wal(Disk& disk, std::string directory, Options options)
    : disk_(disk),
      directory_(std::move(directory)),
      options_(options),
      framer_(options.compression) {}

Result<std::unique_ptr<Wal>> Wal::open(Disk& disk, std::string directory, unsigned first_segment,
                                       Options options) {
  std::unique_ptr<Wal> wal(new Wal(disk, std::move(directory), options));
  if (auto done = wal->begin_segment(first_segment); !done) return done.error();
  return wal;
}

std::string Wal::path_of(unsigned segment) const {
  return directory_ + '/' + wal_segment_name(segment);
}

Result<void> Wal::begin_segment(unsigned number) {
  TRIBUTARY_TRY(std::shared_ptr<File> file, disk_.create(path_of(number)));
  if (auto done = disk_.sync_directory(directory_); !done) return done;
  file_ = std::move(file);
  segment_ = number;
  framer_.set_position(0);
  synced_position_ = 0;
  return {};
}

Result<void> Wal::cut_locked() {
  if (auto done = file_->sync(); !done) {
    suspect_ = true;
    return done;
  }
  synced_position_ = framer_.position();
  mark_synced(logged_);
  return begin_segment(segment_ + 1);
}

void Wal::mark_synced(std::uint64_t sequence) {
  for (; synced_ < sequence; ++synced_) {
    unsynced_bytes_ -= unsynced_.front().size();
    unsynced_.pop_front();
  }
}

Result<void> Wal::recover() {
  // The tail may hold anything. If it cannot be cut off, the reader finds its way past it, and what
  // is there twice is the same.
  static_cast<void>(file_->truncate(synced_position_));
  const unsigned number = segment_ + 1;
  const auto rewrite = [&]() -> Result<std::shared_ptr<File>> {
    TRIBUTARY_TRY(std::shared_ptr<File> file, disk_.create(path_of(number)));
    WalFramer framer(options_.compression);
    frames_.clear();
    for (const std::string& record : unsynced_) framer.append(record, frames_);
    if (auto done = file->append(frames_); !done) return done.error();
    if (auto done = file->sync(); !done) return done.error();
    if (auto done = disk_.sync_directory(directory_); !done) return done.error();
    framer_ = std::move(framer);
    return file;
  };
  auto file = rewrite();
  if (!file) {
    static_cast<void>(disk_.remove(path_of(number)));
    return file.error();
  }
  file_ = std::move(*file);
  segment_ = number;
  synced_position_ = framer_.position();
  mark_synced(logged_);
  suspect_ = false;
  return {};
}

Result<void> Wal::log(std::span<const std::string_view> records) {
  std::size_t bytes = 0;
  for (const std::string_view record : records) bytes += record.size();
  bool full = false;
  {
    const Lock lock(mutex_);
    full = unsynced_bytes_ > 0 && unsynced_bytes_ + bytes > options_.unsynced_bytes_max;
  }
  if (full) {
    if (auto done = sync(); !done) return done;
  }

  Lock lock(mutex_);
  const std::size_t framed_max = framed_bytes_max(bytes);
  if (suspect_ || framer_.position() + framed_max > options_.segment_bytes_max) {
    sync_ended_.wait(lock, [this] { return !syncing_; });
  }
  if (suspect_) {
    if (auto done = recover(); !done) return done;
  }
  if (framer_.position() > 0 && framer_.position() + framed_max > options_.segment_bytes_max) {
    if (auto done = cut_locked(); !done) return done;
  }
  const std::uint64_t before = framer_.position();
  frames_.clear();
  for (const std::string_view record : records) framer_.append(record, frames_);
  if (auto done = file_->append(frames_); !done) {
    framer_.set_position(before);
    if (!file_->truncate(before)) suspect_ = true;
    return done;
  }
  for (const std::string_view record : records) unsynced_.emplace_back(record);
  unsynced_bytes_ += bytes;
  logged_ += records.size();
  return {};
}

Result<void> Wal::sync() {
  Lock lock(mutex_);
  const std::uint64_t target = logged_;
  while (synced_ < target) {
    if (syncing_) {
      sync_ended_.wait(lock);
      continue;
    }
    if (suspect_) {
      if (auto done = recover(); !done) return done;
      continue;
    }
    syncing_ = true;
    const std::shared_ptr<File> file = file_;
    const std::uint64_t covered = logged_;
    const std::uint64_t position = framer_.position();
    lock.unlock();
    const Result<void> done = file->sync();
    lock.lock();
    syncing_ = false;
    ++syncs_;
    if (done) {
      synced_position_ = position;
      mark_synced(covered);
    } else {
      suspect_ = true;
    }
    sync_ended_.notify_all();
  }
  return {};
}

Result<unsigned> Wal::cut() {
  Lock lock(mutex_);
  sync_ended_.wait(lock, [this] { return !syncing_; });
  if (suspect_) {
    if (auto done = recover(); !done) return done.error();
  }
  if (auto done = cut_locked(); !done) return done.error();
  return segment_;
}

unsigned Wal::segment() const {
  const Lock lock(mutex_);
  return segment_;
}

std::uint64_t Wal::syncs() const {
  const Lock lock(mutex_);
  return syncs_;
}

}  // namespace tributary::tsdb
