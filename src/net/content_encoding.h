// gzip, whole buffers at a time (RFC 1952, by libdeflate).
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::net {

// Also takes several members one after the other. Errors: corruption; limit_exceeded where the
// result would be longer than `bytes_max`.
Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max);

std::string gzip(std::string_view bytes);

}  // namespace tributary::net
