// Memory for sealed chunks of one stretch of time: taken piece by piece, given back all at once.
//
// Threads: one adds; what was added never changes and may be read by any.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tsdb/chunk.h"
#include "tsdb/page_memory.h"

namespace tributary::tsdb {

// The chunks of a series form a list, the newest first.
struct SealedChunk {
  SealedChunk* before;
  std::int64_t min_ms;
  std::int64_t max_ms;
  std::uint32_t size;
  ChunkEncoding encoding;
  // Bytes follow.

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(this) + kHeaderBytes, size};
  }
  Chunk chunk() const { return {encoding, min_ms, max_ms, bytes()}; }

  static constexpr std::size_t kHeaderBytes = 29;
};

class ChunkArena {
 public:
  // A chunk with room for `size` bytes, which the caller fills.
  SealedChunk* allocate(std::size_t size);
  static char* bytes_of(SealedChunk* chunk) {
    return reinterpret_cast<char*>(chunk) + SealedChunk::kHeaderBytes;
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  std::vector<PageMemory> blocks_;
  std::size_t block_used_ = 0;  // of the last block
  std::uint64_t bytes_ = 0;
};

}  // namespace tributary::tsdb
