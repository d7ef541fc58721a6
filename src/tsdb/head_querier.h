// Reads the head through the interface of model/queryable.h.
#pragma once

#include <memory>

#include "model/queryable.h"
#include "tsdb/chunk.h"
#include "tsdb/head.h"

namespace tributary::tsdb {

// The head outlives the querier and its series sets.
std::unique_ptr<Querier> make_head_querier(const Head& head, std::int64_t min_ms,
                                           std::int64_t max_ms);

// The series that have samples from `min_ms` to `max_ms`, for blocks. The head outlives it.
std::unique_ptr<ChunkSeriesStream> make_head_stream(const Head& head, std::int64_t min_ms,
                                                    std::int64_t max_ms);

}  // namespace tributary::tsdb
