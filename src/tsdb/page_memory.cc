#include "tsdb/page_memory.h"

#include <sys/mman.h>

#include "base/check.h"

namespace tributary::tsdb {

PageMemory::PageMemory(std::size_t size) : size_(size) {
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  TRIBUTARY_CHECK(mapped != MAP_FAILED);
  data_ = static_cast<char*>(mapped);
}

PageMemory::~PageMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace tributary::tsdb
