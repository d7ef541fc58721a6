// The output of a container as Docker's API streams it: frames of eight bytes (the stream's number,
// three zeros, the length in network order) and that many bytes, over which lines run on. Protocol:
// Docker Engine API, "Attach to a container", Stream format.
//
// Threads: one user.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::lab::docker {

// Makes lines of pieces. A line longer than the limit comes in pieces of its own.
class LineAssembler {
 public:
  static constexpr std::size_t kLineBytesMax = 16U << 10;

  using OnLine = std::function<void(std::string_view line)>;

  void take(std::string_view piece, const OnLine& on_line);
  void finish(const OnLine& on_line);  // what stands there without an end

 private:
  std::string open_;
};

class LogStream {
 public:
  explicit LogStream(LineAssembler::OnLine on_line) : on_line_(std::move(on_line)) {}

  // Any piece of the stream. Errors: corruption, where it cannot be such a stream.
  Result<void> take(std::string_view piece);
  void finish();

 private:
  LineAssembler::OnLine on_line_;
  std::array<LineAssembler, 3> streams_;  // standard input, output, error
  std::string header_;
  std::size_t stream_ = 0;
  std::uint32_t left_ = 0;  // of the frame's bytes
};

}  // namespace tributary::lab::docker
