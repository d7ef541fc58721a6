// Memory straight from the kernel: zeroed, given page by page as it is touched, and given back at
// once when it is freed.
#pragma once

#include <cstddef>
#include <utility>

namespace tributary::tsdb {

class PageMemory {
 public:
  PageMemory() = default;
  // Aborts where the machine has no more, as `new` does.
  explicit PageMemory(std::size_t size);
  PageMemory(PageMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  PageMemory& operator=(PageMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~PageMemory();

  char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tributary::tsdb
