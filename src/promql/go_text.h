// Numbers in the form of Go's %g and %v, for what Prometheus words with them.
//
// Threads: pure functions.
#pragma once

#include <string>

namespace tributary::promql {

// The shortest digits that read back as the same number: 100000, 1e+06, 0.0001, 1e-05, +Inf, NaN.
std::string shortest_text(double value);

}  // namespace tributary::promql
