// Text in the forms of Go's fmt, for what Prometheus words with them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tributary::promql {

// %g: the shortest digits that read back as the same number; 1e+06, 123456, +Inf, NaN.
std::string shortest_text(double value);

// %q: in double quotes, with escapes for what does not print.
std::string quoted_text(std::string_view text);

}  // namespace tributary::promql
