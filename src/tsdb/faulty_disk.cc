#include "tsdb/faulty_disk.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tributary::tsdb {

class FaultyDisk::FaultyFile final : public File {
 public:
  FaultyFile(FaultyDisk& disk, std::string path, std::unique_ptr<File> real)
      : disk_(disk), path_(std::move(path)), real_(std::move(real)) {}

  Result<void> append(std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    bool full = false;
    if (auto& left = disk_.faults_.bytes_left; left) {
      full = bytes.size() > *left;
      bytes =
          bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), *left)));
      *left -= bytes.size();
    }
    auto done = real_->append(bytes);
    disk_.files_[path_].written += bytes.size();
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

void FaultyDisk::set(Faults faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

std::uint64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
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
  if (faults_.creates) {
    return Error(Code::unavailable, "create " + path + ": No space left on device");
  }
  TRIBUTARY_TRY(auto real, real_.create(path));
  files_[path] = {};
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, path, std::move(real)));
}

Result<void> FaultyDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (const auto found = files_.find(from); found != files_.end()) {
    files_[to] = found->second;
    files_.erase(found);
  }
  return real_.rename(from, to);
}

}  // namespace tributary::tsdb
