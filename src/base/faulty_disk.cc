#include "base/faulty_disk.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tributary {

class FaultyDisk::FaultyFile final : public File {
 public:
  FaultyFile(FaultyDisk& disk, std::string path, std::unique_ptr<File> real)
      : disk_(disk), path_(std::move(path)), real_(std::move(real)) {}

  Result<void> append(std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (auto done = disk_.operation(path_); !done) return done;
    bool full = false;
    if (auto& left = disk_.faults_.bytes_left; left) {
      full = bytes.size() > *left;
      bytes =
          bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), *left)));
      *left -= bytes.size();
    }
    auto done = real_->append(bytes);
    disk_.files_[path_].written += bytes.size();
    if (full && disk_.faults_.halts) disk_.faults_.operations_left = 0;
    if (full) return Error(Code::unavailable, "write " + path_ + ": No space left on device");
    return done;
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.faults_.truncates) {
      return Error(Code::unavailable, "truncate " + path_ + ": Input/output error");
    }
    Sizes& sizes = disk_.files_[path_];
    sizes.written = size;
    sizes.synced = std::min(sizes.synced, size);
    return real_->truncate(size);
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_.mutex_);
    if (auto done = disk_.operation(path_); !done) return done;
    if (disk_.faults_.syncs) {
      return Error(Code::unavailable, "fsync " + path_ + ": Input/output error");
    }
    Sizes& sizes = disk_.files_[path_];
    sizes.synced = sizes.written;
    ++disk_.syncs_;
    return {};
  }

 private:
  FaultyDisk& disk_;
  const std::string path_;
  const std::unique_ptr<File> real_;
};

Result<void> FaultyDisk::operation(const std::string& path) {
  ++operations_;
  auto& left = faults_.operations_left;
  if (!left) return {};
  if (*left == 0) return Error(Code::unavailable, "write " + path + ": Input/output error");
  --*left;
  return {};
}

void FaultyDisk::set(Faults faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

std::uint64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

std::uint64_t FaultyDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

Result<std::string> FaultyDisk::read(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (faults_.reads) return Error(Code::unavailable, "read " + path + ": Input/output error");
  return real_.read(path);
}

Result<std::string> FaultyDisk::read_at(const std::string& path, std::uint64_t offset,
                                        std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (faults_.reads) return Error(Code::unavailable, "read " + path + ": Input/output error");
  return real_.read_at(path, offset, bytes);
}

void FaultyDisk::lose_unsynced() {
  const std::lock_guard lock(mutex_);
  for (auto& [path, sizes] : files_) {
    std::error_code gone;
    std::filesystem::resize_file(path, sizes.synced, gone);
    sizes.written = sizes.synced;
  }
}

Result<std::unique_ptr<File>> FaultyDisk::create(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(path); !done) return done.error();
  if (faults_.creates) {
    return Error(Code::unavailable, "create " + path + ": No space left on device");
  }
  TRIBUTARY_TRY(auto real, real_.create(path));
  files_[path] = {};
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, path, std::move(real)));
}

Result<void> FaultyDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(from); !done) return done;
  std::map<std::string, Sizes> moved;
  std::erase_if(files_, [&](const auto& entry) {
    if (entry.first != from && !entry.first.starts_with(from + '/')) return false;
    moved[to + entry.first.substr(from.size())] = entry.second;
    return true;
  });
  for (const auto& [path, sizes] : moved) files_[path] = sizes;
  return real_.rename(from, to);
}

Result<void> FaultyDisk::make_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(path); !done) return done;
  return real_.make_directory(path);
}

Result<void> FaultyDisk::link(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(from); !done) return done;
  return real_.link(from, to);
}

Result<void> FaultyDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(path); !done) return done;
  std::erase_if(files_, [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(path + '/');
  });
  return real_.remove(path);
}

Result<void> FaultyDisk::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (auto done = operation(path); !done) return done;
  return real_.sync_directory(path);
}

}  // namespace tributary
