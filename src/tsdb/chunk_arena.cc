#include "tsdb/chunk_arena.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace tributary::tsdb {
namespace {

constexpr std::size_t kBlockBytesMin = 16U << 10;
constexpr std::size_t kBlockBytesMax = 1U << 20;
constexpr std::size_t kAlign = alignof(SealedChunk);

}  // namespace

char* ChunkArena::allocate(std::size_t size) {
  const std::size_t taken = (size + kAlign - 1) / kAlign * kAlign;
  if (blocks_.empty() || blocks_.back().size() - block_used_ < taken) {
    const std::size_t before = blocks_.empty() ? kBlockBytesMin / 2 : blocks_.back().size();
    blocks_.emplace_back(std::max(std::min(before * 2, kBlockBytesMax), taken));
    block_used_ = 0;
  }
  char* const at = blocks_.back().data() + block_used_;
  block_used_ += taken;
  return at;
}

SealedChunk* ChunkArena::add_node(const Chunk& chunk, const char* data) {
  return new (allocate(sizeof(SealedChunk)))
      SealedChunk{.before = nullptr,
                  .min_ms = chunk.min_ms,
                  .max_ms = chunk.max_ms,
                  .data = data,
                  .size = static_cast<std::uint32_t>(chunk.bytes.size()),
                  .encoding = chunk.encoding};
}

SealedChunk* ChunkArena::add(std::uint64_t ref, const Chunk& chunk) {
  if (files_.empty() || !files_.back()->has_room(chunk)) {
    // Enough for the largest chunk of all.
    files_.push_back(std::make_unique<HeadChunkFile>(
        disk_, next_path_(), std::max(HeadChunkFile::kBytes, 2 * chunk.bytes.size())));
  }
  return add_node(chunk, files_.back()->append(ref, chunk));
}

SealedChunk* ChunkArena::add_late(const Chunk& chunk) {
  char* const data = allocate(chunk.bytes.size());
  std::memcpy(data, chunk.bytes.data(), chunk.bytes.size());
  return add_node(chunk, data);
}

}  // namespace tributary::tsdb
