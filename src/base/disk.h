// The few things that a database or a spool does to a disk, as an interface, so that tests can make
// it fail, fill up or lose what was not fsynced.
//
// Threads: a Disk may be used from any thread, a File by one at a time, except that `sync` may run
// beside `append` (it covers what was appended before it began).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tributary {

class File {
 public:
  virtual ~File() = default;
  // At the end. After a failure any part of `bytes` may have been written.
  virtual Result<void> append(std::string_view bytes) = 0;
  // Cuts the file to its first `size` bytes.
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // Returns when everything appended so far is on stable storage. After a failure that part is in
  // doubt, and a second call that succeeds does not make it good (the kernel forgets the error).
  virtual Result<void> sync() = 0;
};

// A file's bytes, readable as long as it lives. They stay as they were when the file was opened,
// also after it was removed; whoever writes files in place must not share them this way.
class FileView {
 public:
  virtual ~FileView() = default;
  virtual std::string_view bytes() const = 0;
  // Gives back the memory of what was read so far, where that is a cache; it is read again when
  // needed.
  virtual void release() const {}
};

// Held as long as it lives.
class DirectoryLock {
 public:
  virtual ~DirectoryLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> create(const std::string& path) = 0;  // empties an old one
  virtual Result<std::string> read(const std::string& path) = 0;
  // The same where the whole need not be in memory at once. Here it is.
  virtual Result<std::unique_ptr<FileView>> map(const std::string& path);
  // At most `bytes` from `offset` on; fewer where the file ends.
  virtual Result<std::string> read_at(const std::string& path, std::uint64_t offset,
                                      std::size_t bytes);
  virtual Result<std::uint64_t> size(const std::string& path);
  // How much may still be written where `path` is.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
  // Plain names, sorted; without . and ..
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual bool exists(const std::string& path) = 0;
  // With its parents; one that exists is fine.
  virtual Result<void> make_directory(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // The file `from` also as `to`, without a copy of its bytes.
  virtual Result<void> link(const std::string& from, const std::string& to) = 0;
  // A file, or a directory with all that is in it; one that is not there is fine.
  virtual Result<void> remove(const std::string& path) = 0;
  // Makes creations, renames and removals in it durable.
  virtual Result<void> sync_directory(const std::string& path) = 0;
  // Of the file `path`, made if need be. Refused while another process or object holds it, by a
  // message that names the process.
  virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;

  // create, append, sync, rename over `path`, sync its directory.
  Result<void> replace(const std::string& path, std::string_view bytes);
};

// The file system. Errors carry path, operation and errno's text: unavailable for a full or failing
// disk, not_found where a path does not exist.
class RealDisk final : public Disk {
 public:
  // Of what it makes, less the umask.
  struct Modes {
    unsigned file = 0640;
    unsigned directory = 0777;
  };

  RealDisk() = default;
  explicit RealDisk(Modes modes) : modes_(modes) {}

  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::string> read(const std::string& path) override;
  Result<std::unique_ptr<FileView>> map(const std::string& path) override;
  Result<std::string> read_at(const std::string& path, std::uint64_t offset,
                              std::size_t bytes) override;
  Result<std::uint64_t> size(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<void> make_directory(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> link(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;

 private:
  Modes modes_;
};

}  // namespace tributary
