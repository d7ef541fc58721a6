#include "tsdb/chunk_arena.h"

#include <algorithm>
#include <cstddef>
#include <new>

namespace tributary::tsdb {
namespace {

constexpr std::size_t kBlockBytesMin = 64U << 10;
constexpr std::size_t kBlockBytesMax = 4U << 20;
constexpr std::size_t kAlign = alignof(SealedChunk);

static_assert(SealedChunk::kHeaderBytes == offsetof(SealedChunk, encoding) + 1);

}  // namespace

SealedChunk* ChunkArena::allocate(std::size_t size) {
  const std::size_t taken = (SealedChunk::kHeaderBytes + size + kAlign - 1) / kAlign * kAlign;
  if (blocks_.empty() || blocks_.back().size() - block_used_ < taken) {
    const std::size_t before = blocks_.empty() ? kBlockBytesMin / 2 : blocks_.back().size();
    blocks_.emplace_back(std::max(std::min(before * 2, kBlockBytesMax), taken));
    block_used_ = 0;
  }
  char* const at = blocks_.back().data() + block_used_;
  block_used_ += taken;
  bytes_ += taken;
  auto* const chunk = new (at) SealedChunk{};
  chunk->size = static_cast<std::uint32_t>(size);
  return chunk;
}

}  // namespace tributary::tsdb
