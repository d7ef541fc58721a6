// Reads the head through the interface of model/queryable.h.
#pragma once

#include <memory>

#include "model/queryable.h"
#include "tsdb/head.h"

namespace tributary::tsdb {

// The head outlives the querier and its series sets.
std::unique_ptr<Querier> make_head_querier(const Head& head, std::int64_t min_ms,
                                           std::int64_t max_ms);

}  // namespace tributary::tsdb
