// The order of label sets (model's `compare`) from their packed bytes, at the cost of finding the
// first byte in which two differ: most neighbours have long beginnings in common.
#pragma once

#include <string_view>

namespace tributary::tsdb {

// Negative, zero or positive. Well-formed packed labels.
int compare_packed(std::string_view a, std::string_view b);

}  // namespace tributary::tsdb
