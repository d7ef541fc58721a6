// String literals: "..." and '...' with Go's escapes, `...` raw.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::promql {

// `quoted` with its quotes, which match. The error's message has no position.
Result<std::string> unquote(std::string_view quoted);

// `rune` is at most 0x10ffff.
void append_utf8(std::string& out, std::uint32_t rune);

}  // namespace tributary::promql
