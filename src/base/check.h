// TRIBUTARY_CHECK(condition) aborts with file, line and the condition when an invariant of our own
// code is broken. Bytes from network, disk or configuration are never an invariant.
#pragma once

namespace tributary {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace tributary

#define TRIBUTARY_CHECK(condition) \
  ((condition) ? void(0) : ::tributary::check_failed(#condition, __FILE__, __LINE__))
