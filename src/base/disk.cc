#include "base/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tributary {
namespace {

Error disk_error(std::string_view operation, const std::string& path, int number) {
  const Code code = number == ENOENT ? Code::not_found : Code::unavailable;
  return Error(
      code, std::string(operation) + ' ' + path + ": " + std::generic_category().message(number));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealFile final : public File {
 public:
  RealFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t wrote = ::write(fd_.get(), bytes.data(), bytes.size());
      if (wrote < 0) {
        if (errno == EINTR) continue;
        return disk_error("write", path_, errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      return disk_error("truncate", path_, errno);
    }
    return {};
  }
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return disk_error("fsync", path_, errno);
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class ReadFile final : public FileView {
 public:
  explicit ReadFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view bytes() const override { return bytes_; }

 private:
  const std::string bytes_;
};

class MappedFile final : public FileView {
 public:
  MappedFile(void* at, std::size_t size) : at_(at), size_(size) {
    // Only what is looked at is wanted in memory.
    ::madvise(at_, size_, MADV_RANDOM);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() override { ::munmap(at_, size_); }

  std::string_view bytes() const override { return {static_cast<const char*>(at_), size_}; }
  void release() const override { ::madvise(at_, size_, MADV_DONTNEED); }

 private:
  void* const at_;
  const std::size_t size_;
};

// At most `size` bytes.
Result<std::string> read_from(const Descriptor& fd, const std::string& path, std::uint64_t offset,
                              std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(fd.get(), bytes.data() + filled, bytes.size() - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("read", path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

// Who holds a lock writes its number into the file.
std::string holder_of(const Descriptor& fd, const std::string& path) {
  constexpr std::size_t kDigitsMax = 20;
  const Result<std::string> text = read_from(fd, path, 0, kDigitsMax);
  return text && !text->empty() ? "process " + text->substr(0, text->find('\n'))
                                : "another process";
}

class RealLock final : public DirectoryLock {
 public:
  explicit RealLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

}  // namespace

Result<void> Disk::replace(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  TRIBUTARY_TRY(const auto file, create(temporary));
  if (auto done = file->append(bytes); !done) return done;
  if (auto done = file->sync(); !done) return done;
  if (auto done = rename(temporary, path); !done) return done;
  return sync_directory(path.substr(0, path.rfind('/')));
}

Result<std::unique_ptr<File>> RealDisk::create(const std::string& path) {
  Descriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, modes_.file));
  if (fd.get() < 0) return disk_error("create", path, errno);
  return std::unique_ptr<File>(std::make_unique<RealFile>(std::move(fd), path));
}

Result<std::string> RealDisk::read(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return disk_error("open", path, errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return disk_error("stat", path, errno);
  return read_from(fd, path, 0, static_cast<std::size_t>(status.st_size));
}

Result<std::string> RealDisk::read_at(const std::string& path, std::uint64_t offset,
                                      std::size_t bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return disk_error("open", path, errno);
  return read_from(fd, path, offset, bytes);
}

Result<std::uint64_t> RealDisk::size(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return disk_error("stat", path, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::uint64_t> RealDisk::free_bytes(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) return disk_error("statvfs", path, errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<std::unique_ptr<FileView>> Disk::map(const std::string& path) {
  TRIBUTARY_TRY(std::string bytes, read(path));
  return std::unique_ptr<FileView>(std::make_unique<ReadFile>(std::move(bytes)));
}

Result<std::unique_ptr<FileView>> RealDisk::map(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return disk_error("open", path, errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return disk_error("stat", path, errno);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::unique_ptr<FileView>(std::make_unique<ReadFile>(""));
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (at == MAP_FAILED) return disk_error("map", path, errno);
  return std::unique_ptr<FileView>(std::make_unique<MappedFile>(at, size));
}

Result<std::string> Disk::read_at(const std::string& path, std::uint64_t offset,
                                  std::size_t bytes) {
  TRIBUTARY_TRY(const std::string all, read(path));
  return offset < all.size() ? all.substr(static_cast<std::size_t>(offset), bytes) : std::string();
}

Result<std::uint64_t> Disk::size(const std::string& path) {
  TRIBUTARY_TRY(const std::string all, read(path));
  return std::uint64_t{all.size()};
}

Result<std::vector<std::string>> RealDisk::list(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return disk_error("list", directory, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

bool RealDisk::exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

Result<void> RealDisk::make_directory(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), modes_.directory) == 0 || errno == EEXIST || errno == EISDIR)
      continue;
    return disk_error("make directory", part, errno);
  }
  if (std::error_code error; !std::filesystem::is_directory(path, error))
    return disk_error("make directory", path, ENOTDIR);
  return {};
}

Result<void> RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return disk_error("rename", from, errno);
  return {};
}

Result<void> RealDisk::link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return disk_error("link", from, errno);
  return {};
}

Result<void> RealDisk::remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return disk_error("remove", path, error.value());
  return {};
}

Result<void> RealDisk::sync_directory(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return disk_error("open", path, errno);
  if (::fsync(fd.get()) != 0) return disk_error("fsync", path, errno);
  return {};
}

Result<std::unique_ptr<DirectoryLock>> RealDisk::lock(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, modes_.file));
  if (fd.get() < 0) return disk_error("open", path, errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return disk_error("lock", path, errno);
    return Error(Code::already_exists,
                 "lock " + path + ": in use by " + holder_of(fd, path) + " already");
  }
  // Only for people: that it cannot be written harms nobody.
  const std::string holder = std::to_string(::getpid()) + '\n';
  if (::ftruncate(fd.get(), 0) == 0) (void)!::pwrite(fd.get(), holder.data(), holder.size(), 0);
  return std::unique_ptr<DirectoryLock>(std::make_unique<RealLock>(std::move(fd)));
}

}  // namespace tributary
