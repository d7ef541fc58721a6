#include "tsdb/head_chunk_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/disk.h"
#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::string_view kHeader("\x01\x30\xbc\x91\x01\0\0\0", 8);
constexpr std::size_t kRecordBytesMax = 8 + 8 + 8 + 1 + kVarintBytesMax + 4;  // without the chunk
constexpr std::size_t kSpillBytes = 1U << 20;
constexpr std::size_t kPageBytes = 4096;

}  // namespace

HeadChunkFile::HeadChunkFile(Disk* disk, std::string path, std::size_t bytes)
    : disk_(path.empty() ? nullptr : disk),
      path_(std::move(path)),
      bytes_((bytes + kPageBytes - 1) / kPageBytes * kPageBytes) {
  void* const mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TRIBUTARY_CHECK(mapped != MAP_FAILED);
  memory_ = static_cast<char*>(mapped);
  std::memcpy(memory_, kHeader.data(), kHeader.size());
  used_ = kHeader.size();
}

HeadChunkFile::~HeadChunkFile() {
  ::munmap(memory_, bytes_);
  file_.reset();
  if (disk_ != nullptr && written_ > 0) static_cast<void>(disk_->remove(path_));
}

bool HeadChunkFile::has_room(const Chunk& chunk) const {
  return chunk.bytes.size() + kRecordBytesMax <= bytes_ - used_;
}

const char* HeadChunkFile::append(std::uint64_t ref, const Chunk& chunk) {
  char* const record = memory_ + used_;
  store_be64(record, ref);
  store_be64(record + 8, static_cast<std::uint64_t>(chunk.min_ms));
  store_be64(record + 16, static_cast<std::uint64_t>(chunk.max_ms));
  record[24] = static_cast<char>(chunk.encoding);
  char* const data = store_uvarint(record + 25, chunk.bytes.size());
  std::memcpy(data, chunk.bytes.data(), chunk.bytes.size());
  char* const end = data + chunk.bytes.size();
  store_be32(end, crc32c({record, static_cast<std::size_t>(end - record)}));
  used_ = static_cast<std::size_t>(end + 4 - memory_);
  if (disk_ != nullptr && used_ - mapped_ >= kSpillBytes) spill();
  return data;
}

void HeadChunkFile::spill() {
  if (write_and_map()) return;
  // The next file tries again.
  file_.reset();
  static_cast<void>(disk_->remove(path_));
  disk_ = nullptr;
}

bool HeadChunkFile::write_and_map() {
  if (!file_) {
    auto created = disk_->create(path_);
    if (!created) return false;
    file_ = std::move(*created);
  }
  if (!file_->append({memory_ + written_, used_ - written_})) return false;
  written_ = used_;
  const std::size_t whole = written_ / kPageBytes * kPageBytes;
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  // Nobody writes to these pages any more; whoever reads them finds the same there.
  void* const mapped = ::mmap(memory_ + mapped_, whole - mapped_, PROT_READ, MAP_SHARED | MAP_FIXED,
                              fd, static_cast<off_t>(mapped_));
  ::close(fd);
  if (mapped == MAP_FAILED) return false;
  mapped_ = whole;
  return true;
}

}  // namespace tributary::tsdb
