// An array that grows without moving what it holds: blocks of doubling size, found by the index'
// highest bit. Blocks are mapped from the kernel, which gives memory page by page as it is touched,
// so that a large last block costs nothing before it is used.
//
// Elements begin as zero bytes and are never destroyed.
//
// Threads: one grows it; others use elements whose index they learned of under a lock.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "tsdb/page_memory.h"

namespace tributary::tsdb {

template <class T>
class StableArray {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  T& operator[](std::uint32_t index) const {
    const std::uint64_t place = std::uint64_t{index} + kFirst;
    const unsigned block = static_cast<unsigned>(std::bit_width(place)) - 1 - kFirstBits;
    return reinterpret_cast<T*>(blocks_[block].data())[place - (kFirst << block)];
  }

  std::uint32_t size() const { return size_; }
  std::uint64_t bytes() const { return std::uint64_t{size_} * sizeof(T); }

  // The index of a new element.
  std::uint32_t grow() {
    const std::uint64_t place = std::uint64_t{size_} + kFirst;
    const unsigned block = static_cast<unsigned>(std::bit_width(place)) - 1 - kFirstBits;
    if (blocks_[block].size() == 0) blocks_[block] = PageMemory((kFirst << block) * sizeof(T));
    return size_++;
  }

 private:
  static constexpr unsigned kFirstBits = 8;
  static constexpr std::uint64_t kFirst = 1U << kFirstBits;

  std::array<PageMemory, 33 - kFirstBits> blocks_;
  std::uint32_t size_ = 0;
};

}  // namespace tributary::tsdb
