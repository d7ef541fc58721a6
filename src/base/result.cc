#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace tributary {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid_argument: return "invalid argument";
    case Code::not_found: return "not found";
    case Code::already_exists: return "already exists";
    case Code::out_of_order: return "out of order";
    case Code::too_old: return "too old";
    case Code::duplicate: return "duplicate";
    case Code::corruption: return "corruption";
    case Code::limit_exceeded: return "limit exceeded";
    case Code::unavailable: return "unavailable";
    case Code::timeout: return "timeout";
    case Code::unauthenticated: return "unauthenticated";
    case Code::permission_denied: return "permission denied";
    case Code::cancelled: return "cancelled";
    case Code::unsupported: return "unsupported";
    case Code::execution: return "execution";
    case Code::internal: return "internal";
  }
  return "unknown";
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tributary
