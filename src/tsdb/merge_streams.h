// Several streams of series as one: a series that is in many comes once, with the chunks of all.
#pragma once

#include <memory>
#include <vector>

#include "tsdb/chunk.h"

namespace tributary::tsdb {

// Chunks that begin at the same time come in the order of the streams.
std::unique_ptr<ChunkSeriesStream> merge_streams(
    std::vector<std::unique_ptr<ChunkSeriesStream>> streams);

}  // namespace tributary::tsdb
