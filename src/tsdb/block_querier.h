// Reads a block through the interface of model/queryable.h.
#pragma once

#include <memory>

#include "model/queryable.h"
#include "tsdb/block.h"

namespace tributary::tsdb {

// Querier and lists hold the block.
std::unique_ptr<Querier> make_block_querier(std::shared_ptr<const Block> block, std::int64_t min_ms,
                                            std::int64_t max_ms);

}  // namespace tributary::tsdb
