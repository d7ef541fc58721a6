#include "tsdb/compaction_plan.h"

#include <algorithm>
#include <set>

namespace tributary::tsdb {
namespace {

constexpr std::int64_t kLongestBlockMs = 31LL * 24 * 3600 * 1000;
constexpr std::int64_t kRangeFactor = 3;
constexpr double kTombstonesMax = 0.05;  // of the series

using Places = std::vector<std::size_t>;

// The first blocks that overlap each other, one through another if need be.
Places overlapping(std::span<const BlockMeta> blocks) {
  Places found;
  std::int64_t end_ms = INT64_MIN;
  std::size_t group_from = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].min_ms >= end_ms) {
      if (found.size() > 1) return found;
      found.clear();
      group_from = i;
    }
    if (!blocks[i].failed) found.push_back(i);
    end_ms = i == group_from ? blocks[i].end_ms : std::max(end_ms, blocks[i].end_ms);
  }
  return found.size() > 1 ? found : Places();
}

// Neighbours that lie between the same two borders of `range_ms`, and together fill it, or will not
// get another: the newest of all begins behind them.
Places filling(std::span<const BlockMeta> blocks, std::int64_t range_ms) {
  const std::int64_t newest_ms = blocks.back().min_ms;
  for (std::size_t from = 0; from < blocks.size();) {
    const std::int64_t border = align_down(blocks[from].min_ms, range_ms);
    Places part;
    bool failed = false;
    std::size_t at = from;
    for (; at < blocks.size() && blocks[at].min_ms < border + range_ms; ++at) {
      if (blocks[at].end_ms > border + range_ms) continue;  // a longer one
      part.push_back(at);
      failed = failed || blocks[at].failed;
    }
    from = std::max(at, from + 1);
    if (part.size() < 2 || failed) continue;
    const std::int64_t min_ms = blocks[part.front()].min_ms;
    const std::int64_t end_ms = blocks[part.back()].end_ms;
    if (end_ms - min_ms == range_ms || end_ms <= newest_ms) return part;
  }
  return {};
}

Places full_of_tombstones(std::span<const BlockMeta> blocks, std::span<const std::int64_t> ranges) {
  for (std::size_t i = blocks.size(); i-- > 0;) {
    const BlockMeta& block = blocks[i];
    if (block.failed) continue;
    if (block.tombstones > 0 && block.tombstones >= block.series) return {i};
    // Short ones are compacted soon anyway.
    if (block.end_ms - block.min_ms < ranges[ranges.size() / 2]) continue;
    const double share =
        static_cast<double>(block.tombstones) / static_cast<double>(block.series + 1);
    if (share > kTombstonesMax) return {i};
  }
  return {};
}

}  // namespace

std::int64_t align_down(std::int64_t ms, std::int64_t range_ms) {
  const std::int64_t over = ms % range_ms;
  return ms - over - (over < 0 ? range_ms : 0);
}

std::vector<std::int64_t> block_ranges(std::int64_t max_ms) {
  std::vector<std::int64_t> ranges{kBlockRangeMs};
  while (ranges.back() * kRangeFactor <= max_ms) ranges.push_back(ranges.back() * kRangeFactor);
  return ranges;
}

std::int64_t longest_block_ms(std::int64_t retention_ms) {
  return retention_ms > 0 ? std::min(kLongestBlockMs, retention_ms / 10) : kLongestBlockMs;
}

std::vector<std::size_t> plan_compaction(std::span<const BlockMeta> blocks,
                                         std::span<const std::int64_t> ranges) {
  if (blocks.empty()) return {};
  if (Places found = overlapping(blocks); !found.empty()) return found;
  const std::span<const BlockMeta> settled = blocks.first(blocks.size() - 1);
  if (settled.empty()) return {};
  for (const std::int64_t range_ms : ranges.subspan(1)) {
    if (Places found = filling(settled, range_ms); !found.empty()) return found;
  }
  return full_of_tombstones(settled, ranges);
}

BlockMeta merged_meta(std::span<const BlockMeta> blocks) {
  BlockMeta merged;
  merged.min_ms = blocks.front().min_ms;
  merged.end_ms = blocks.front().end_ms;
  std::set<Ulid> sources;
  bool all_out_of_order = true;
  for (const BlockMeta& block : blocks) {
    merged.min_ms = std::min(merged.min_ms, block.min_ms);
    merged.end_ms = std::max(merged.end_ms, block.end_ms);
    merged.level = std::max(merged.level, block.level);
    sources.insert(block.sources.begin(), block.sources.end());
    merged.parents.push_back({block.ulid, block.min_ms, block.end_ms});
    all_out_of_order = all_out_of_order && std::find(block.hints.begin(), block.hints.end(),
                                                     "from-out-of-order") != block.hints.end();
  }
  ++merged.level;
  merged.sources.assign(sources.begin(), sources.end());
  if (all_out_of_order) merged.hints = {"from-out-of-order"};
  return merged;
}

std::vector<std::size_t> plan_retention(std::span<const SizedBlock> blocks,
                                        const RetentionLimits& limits) {
  Places dropped;
  std::uint64_t bytes = 0;
  for (const SizedBlock& block : blocks) bytes += block.bytes;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool too_much = limits.bytes_max > 0 && bytes > limits.bytes_max;
    if (blocks[i].end_ms > limits.oldest_ms && !too_much) continue;
    dropped.push_back(i);
    bytes -= blocks[i].bytes;
  }
  return dropped;
}

}  // namespace tributary::tsdb
