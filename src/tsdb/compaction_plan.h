// Which blocks to compact next, by what they say of themselves (hub-spec.md 5.8). Nothing here
// touches a disk.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsdb/block_meta.h"

namespace tributary::tsdb {

inline constexpr std::int64_t kBlockRangeMs = 7'200'000;

// The lengths of blocks: two hours, and three times as much each up to `max_ms`.
std::vector<std::int64_t> block_ranges(std::int64_t max_ms);
// The longest block where samples are kept for `retention_ms`, zero for ever: 31 days, or a tenth
// of the retention.
std::int64_t longest_block_ms(std::int64_t retention_ms);

// The border of `range_ms` at or before `ms`.
std::int64_t align_down(std::int64_t ms, std::int64_t range_ms);

// The places of the blocks to make one of; none where there is nothing to do. `blocks` are sorted
// by their beginning. First those that overlap, then those that together fill a longer range, at
// last one of which much was deleted. The newest block is left alone but for overlaps: backups take
// it first.
std::vector<std::size_t> plan_compaction(std::span<const BlockMeta> blocks,
                                         std::span<const std::int64_t> ranges);

// What the block made of these says of itself, but for its name and its counts.
BlockMeta merged_meta(std::span<const BlockMeta> blocks);

struct RetentionLimits {
  std::int64_t oldest_ms = INT64_MIN;  // blocks that end at or before are dropped
  std::uint64_t bytes_max = 0;         // zero: any
};
struct SizedBlock {
  std::int64_t end_ms;
  std::uint64_t bytes;
};
// The places of those that are to be dropped; sorted by their beginning as above.
std::vector<std::size_t> plan_retention(std::span<const SizedBlock> blocks,
                                        const RetentionLimits& limits);

}  // namespace tributary::tsdb
