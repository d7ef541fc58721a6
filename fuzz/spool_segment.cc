// Any bytes as a segment of a spool: it opens, hands out what is intact, tells what is not, and is
// empty afterwards. Checksums of headers are put right first, every other time, else hardly
// anything behind them would ever be read.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crc32c.h"
#include "collector/exporters/prometheusremotewrite/spool.h"

using namespace tributary;
using namespace tributary::collector::prometheusremotewrite;

namespace {

// Files in memory, in one directory.
class MemoryDisk final : public Disk {
 public:
  std::map<std::string, std::string> files;

  Result<std::unique_ptr<File>> create(const std::string& path) override {
    class Appended final : public File {
     public:
      Appended(MemoryDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
      Result<void> append(std::string_view bytes) override {
        disk_.files[path_] += bytes;
        return {};
      }
      Result<void> truncate(std::uint64_t size) override {
        disk_.files[path_].resize(static_cast<std::size_t>(size));
        return {};
      }
      Result<void> sync() override { return {}; }

     private:
      MemoryDisk& disk_;
      std::string path_;
    };
    files[path].clear();
    return std::unique_ptr<File>(std::make_unique<Appended>(*this, path));
  }
  Result<std::string> read(const std::string& path) override { return files.at(path); }
  Result<std::uint64_t> free_bytes(const std::string&) override { return UINT64_MAX / 4; }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : files) names.push_back(path.substr(directory.size() + 1));
    return names;
  }
  bool exists(const std::string& path) override { return files.contains(path); }
  Result<void> make_directory(const std::string&) override { return {}; }
  Result<void> rename(const std::string&, const std::string&) override { return {}; }
  Result<void> link(const std::string&, const std::string&) override { return {}; }
  Result<void> remove(const std::string& path) override {
    files.erase(path);
    return {};
  }
  Result<void> sync_directory(const std::string&) override { return {}; }
  Result<std::unique_ptr<DirectoryLock>> lock(const std::string&) override {
    return std::unique_ptr<DirectoryLock>(std::make_unique<DirectoryLock>());
  }
};

void set_checksums(std::string& bytes) {
  for (std::size_t at = 0; (at = find_spool_magic(bytes, at)) != std::string::npos; ++at) {
    if (bytes.size() - at < SpoolRecord::kHeaderBytes) return;
    std::uint32_t crc = crc32c_extend(crc32c(encode_spool_position({1, at})),
                                      std::string_view(bytes).substr(at, 36));
    for (std::size_t i = 36; i < 40; ++i, crc >>= 8) bytes[at + i] = static_cast<char>(crc & 0xff);
  }
}

void check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size % 2 == 1) set_checksums(bytes);
  MemoryDisk disk;
  disk.files["/s/0000000001.spool"] = bytes;
  std::size_t lost = 0;
  const auto on_loss = [&lost](const RequestQueue::Loss& loss) { lost += loss.requests; };

  auto spool = Spool::open(disk, {.directory = "/s"}, on_loss).value();
  const std::size_t requests = spool->requests();
  std::size_t got = 0;
  while (const auto front = spool->front().value()) {
    check(front->body.size() == front->record.body_bytes);
    check(crc32c(front->body) == front->record.body_crc);
    ++got;
    if (got == 1) check(spool->push({}, "one more").has_value());
    spool->pop();
  }

  check(got + lost == requests + (requests > lost ? 1 : 0));
  check(spool->requests() == 0 && spool->samples() == 0 && spool->request_bytes() == 0);
  check(disk.files.empty() && spool->disk_bytes() == 0);
  return 0;
}
