// An address of this machine's loopback network (127.0.0.0/8, RFC 1122) that a task has for itself,
// as it has an address of its network interface on ECS: every task may publish port 8000.
//
// Threads: any.
#pragma once

#include <string>

#include "base/result.h"

namespace tributary::lab {

// Held by a socket that is bound there, so that no other lab takes it.
class LoopbackAddress {
 public:
  // The first of 127.64.0.1 to 127.64.255.254 that nobody holds. Errors: limit_exceeded,
  // unavailable.
  static Result<LoopbackAddress> claim();

  LoopbackAddress(LoopbackAddress&& other) noexcept;
  LoopbackAddress& operator=(LoopbackAddress&& other) noexcept;
  ~LoopbackAddress();

  const std::string& text() const { return text_; }

 private:
  LoopbackAddress(int fd, std::string text) : fd_(fd), text_(std::move(text)) {}

  int fd_;
  std::string text_;
};

}  // namespace tributary::lab
