// For tests: a real disk that fills up, fails, and forgets what was not fsynced.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"

namespace tributary {

class FaultyDisk final : public Disk {
 public:
  struct Faults {
    std::optional<std::uint64_t> bytes_left;  // an append beyond writes a part and fails
    bool syncs = false;
    bool truncates = false;
    bool creates = false;
    bool reads = false;
    // Appends, fsyncs, creations, renames, links and removals until all of them fail.
    std::optional<std::uint64_t> operations_left;
    bool halts = false;  // the append that finds no room is the last thing that happens
  };

  void set(Faults faults);
  // As after a power cut: every file ends where it was last fsynced.
  void lose_unsynced();
  std::uint64_t syncs() const;
  std::uint64_t operations() const;  // as counted by operations_left

  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::string> read(const std::string& path) override;
  Result<std::string> read_at(const std::string& path, std::uint64_t offset,
                              std::size_t bytes) override;
  Result<std::uint64_t> size(const std::string& path) override { return real_.size(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override {
    return real_.free_bytes(path);
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return real_.list(directory);
  }
  bool exists(const std::string& path) override { return real_.exists(path); }
  Result<void> make_directory(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> link(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override {
    return real_.lock(path);
  }

 private:
  struct Sizes {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  class FaultyFile;

  // Under the mutex. Fails where no operation is left.
  Result<void> operation(const std::string& path);

  RealDisk real_;
  mutable std::mutex mutex_;
  Faults faults_;
  std::map<std::string, Sizes> files_;
  std::uint64_t syncs_ = 0;
  std::uint64_t operations_ = 0;
};

}  // namespace tributary
