// Sealed chunks of one stretch of time in the head, given back all at once. Chunks of samples that
// came in order lie in files of Prometheus' format for them (see head_chunk_file.h), as memory
// until there is enough to write; late ones stay in memory.
//
// Threads: one adds; what was added never changes and may be read by any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "tsdb/chunk.h"
#include "tsdb/head_chunk_file.h"
#include "tsdb/page_memory.h"

namespace tributary::tsdb {

// The chunks of a series form a list, the newest first.
struct SealedChunk {
  SealedChunk* before;
  std::int64_t min_ms;
  std::int64_t max_ms;
  const char* data;
  std::uint32_t size;
  ChunkEncoding encoding;

  Chunk chunk() const { return {encoding, min_ms, max_ms, std::string_view(data, size)}; }
};

class ChunkArena {
 public:
  // Names the next file; empty where chunks stay in memory.
  using NextPath = std::function<std::string()>;

  ChunkArena(Disk* disk, NextPath next_path) : disk_(disk), next_path_(std::move(next_path)) {}

  // Copies of the bytes of `chunk`.
  SealedChunk* add(std::uint64_t ref, const Chunk& chunk);
  SealedChunk* add_late(const Chunk& chunk);

 private:
  SealedChunk* add_node(const Chunk& chunk, const char* data);
  char* allocate(std::size_t size);

  Disk* const disk_;
  const NextPath next_path_;
  std::vector<std::unique_ptr<HeadChunkFile>> files_;
  std::vector<PageMemory> blocks_;  // of nodes and late chunks
  std::size_t block_used_ = 0;      // of the last block
};

}  // namespace tributary::tsdb
