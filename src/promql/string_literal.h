// String literals: "..." and '...' with Go's escapes, `...` raw.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::promql {

// `quoted` with its quotes, which match. The error's message has no position.
Result<std::string> unquote(std::string_view quoted);

}  // namespace tributary::promql
