// Sealed chunks of the head in a file of Prometheus' format (chunks_head/, hub-spec.md 5.7), so
// that they need no memory of their own: the kernel reads back what a query touches.
//
// Chunks are laid out in memory as in the file. When there is a megabyte more, it is written to the
// file, and the file is mapped where that memory was: addresses stay what they are. Where the disk
// fails, chunks stay in memory. The log has all of their samples, so the file is never fsynced, and
// it is removed when it is no longer needed.
//
// Threads: one appends; what was appended never changes and may be read by any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tsdb/chunk.h"

namespace tributary {
class Disk;
class File;
}  // namespace tributary

namespace tributary::tsdb {

class HeadChunkFile {
 public:
  static constexpr std::size_t kBytes = 16U << 20;  // at most 128 MiB, says the format

  // Keeps all in memory where `disk` is null or `path` empty.
  HeadChunkFile(Disk* disk, std::string path, std::size_t bytes);
  ~HeadChunkFile();
  HeadChunkFile(const HeadChunkFile&) = delete;
  HeadChunkFile& operator=(const HeadChunkFile&) = delete;

  bool has_room(const Chunk& chunk) const;
  // Where its bytes are from now on.
  const char* append(std::uint64_t ref, const Chunk& chunk);

 private:
  void spill();
  bool write_and_map();

  Disk* disk_;  // null after a failure, too
  const std::string path_;
  const std::size_t bytes_;
  char* memory_;
  std::size_t used_;
  std::size_t written_ = 0;
  std::size_t mapped_ = 0;  // whole pages
  std::unique_ptr<File> file_;
};

}  // namespace tributary::tsdb
