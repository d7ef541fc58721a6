// Finds the series of a block that match, from its lists of series by label.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "tsdb/index_reader.h"

namespace tributary::tsdb {

// Ascending, which is the order of their labels.
Result<std::vector<std::uint32_t>> find_series(const IndexReader& index,
                                               std::span<const Matcher> matchers);

}  // namespace tributary::tsdb
