#include "tsdb/byte_pool.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace tributary::tsdb {
namespace {

constexpr std::size_t kBlockBytesMin = 64U << 10;
constexpr std::size_t kBlockBytesMax = 4U << 20;

}  // namespace

BytePool::~BytePool() {
  for (char* const at : long_) ::operator delete(at);
}

char* BytePool::allocate(std::size_t size) {
  const std::size_t rounded = std::max((size + kStep - 1) / kStep, std::size_t{1}) * kStep;
  in_use_ += rounded;
  if (rounded > kPooledMax) {
    char* const at = static_cast<char*>(::operator new(rounded));
    long_.insert(at);
    return at;
  }
  Free*& free = free_[rounded / kStep - 1];
  if (free != nullptr) {
    char* const at = reinterpret_cast<char*>(free);
    free = free->next;
    return at;
  }
  if (blocks_.empty() || blocks_.back().size() - block_used_ < rounded) {
    const std::size_t before = blocks_.empty() ? kBlockBytesMin / 2 : blocks_.back().size();
    blocks_.emplace_back(std::min(before * 2, kBlockBytesMax));
    block_used_ = 0;
  }
  char* const at = blocks_.back().data() + block_used_;
  block_used_ += rounded;
  return at;
}

void BytePool::free(char* at, std::size_t size) {
  const std::size_t rounded = std::max((size + kStep - 1) / kStep, std::size_t{1}) * kStep;
  in_use_ -= rounded;
  if (rounded > kPooledMax) {
    long_.erase(at);
    ::operator delete(at);
    return;
  }
  free_[rounded / kStep - 1] = new (at) Free{free_[rounded / kStep - 1]};
}

const char* BytePool::copy(std::string_view bytes) {
  char* const at = allocate(bytes.size());
  std::memcpy(at, bytes.data(), bytes.size());
  return at;
}

}  // namespace tributary::tsdb
