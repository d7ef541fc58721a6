// Memory for writes, used again and again: a steady stream of writes allocates next to nothing.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tsdb/write_batch.h"

namespace tributary::hub::workspaces {

struct WriteMemory {
  std::string message;  // uncompressed
  tsdb::WriteBatch batch;
};

class WriteMemories {
 public:
  static constexpr std::size_t kKept = 16;
  static constexpr std::size_t kMessageBytesKept = 4U << 20;  // of larger requests it is given back

  // One to write with; given back by its end.
  class Lease {
   public:
    explicit Lease(WriteMemories& owner) : owner_(owner), memory_(owner.take()) {}
    ~Lease() { owner_.give_back(std::move(memory_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    WriteMemory& operator*() const { return *memory_; }

   private:
    WriteMemories& owner_;
    std::unique_ptr<WriteMemory> memory_;
  };

 private:
  std::unique_ptr<WriteMemory> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<WriteMemory>();
    auto memory = std::move(free_.back());
    free_.pop_back();
    return memory;
  }
  void give_back(std::unique_ptr<WriteMemory> memory) {
    if (memory->message.size() > kMessageBytesKept) return;
    memory->batch.clear();
    const std::lock_guard lock(mutex_);
    if (free_.size() < kKept) free_.push_back(std::move(memory));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<WriteMemory>> free_;
};

}  // namespace tributary::hub::workspaces
