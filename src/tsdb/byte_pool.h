// Memory for many short runs of bytes that come and go, such as the labels of series: without a
// header each, rounded up to 8 bytes. What was freed is used again for the same length.
//
// Threads: one allocates and frees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tsdb/page_memory.h"

namespace tributary::tsdb {

class BytePool {
 public:
  BytePool() = default;
  BytePool(const BytePool&) = delete;
  BytePool& operator=(const BytePool&) = delete;
  ~BytePool();

  // Stays where it is until it is freed. Never null.
  char* allocate(std::size_t size);
  void free(char* at, std::size_t size);
  const char* copy(std::string_view bytes);

  std::uint64_t bytes_in_use() const { return in_use_; }

 private:
  static constexpr std::size_t kStep = 8;
  static constexpr std::size_t kPooledMax = 1024;  // longer runs come from the heap

  struct Free {
    Free* next;
  };

  std::array<Free*, kPooledMax / kStep> free_{};
  std::vector<PageMemory> blocks_;
  std::size_t block_used_ = 0;  // of the last block
  std::unordered_set<char*> long_;
  std::uint64_t in_use_ = 0;
};

}  // namespace tributary::tsdb
