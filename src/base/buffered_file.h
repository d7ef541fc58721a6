// A file that is written front to end through a buffer, with its position at hand.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/disk.h"
#include "base/result.h"

namespace tributary {

class BufferedFile {
 public:
  static Result<std::unique_ptr<BufferedFile>> create(Disk& disk, const std::string& path) {
    TRIBUTARY_TRY(auto file, disk.create(path));
    return std::unique_ptr<BufferedFile>(new BufferedFile(std::move(file)));
  }

  std::uint64_t position() const { return position_; }

  Result<void> append(std::string_view bytes) {
    position_ += bytes.size();
    buffer_ += bytes;
    return buffer_.size() < kBufferBytes ? Result<void>() : flush();
  }
  Result<void> flush() {
    auto done = buffer_.empty() ? Result<void>() : file_->append(buffer_);
    buffer_.clear();
    return done;
  }
  Result<void> sync() {
    auto done = flush();
    return done ? file_->sync() : done;
  }

 private:
  static constexpr std::size_t kBufferBytes = 1U << 20;

  explicit BufferedFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  std::unique_ptr<File> file_;
  std::string buffer_;
  std::uint64_t position_ = 0;
};

}  // namespace tributary
