// What happens in the background: samples go from the head into blocks, blocks are merged and
// dropped, the log is shortened.
#include <algorithm>
#include <utility>

#include "tsdb/block_querier.h"
#include "tsdb/checkpoint.h"
#include "tsdb/db_state.h"
#include "tsdb/head_querier.h"
#include "tsdb/merge_lists.h"

namespace tributary::tsdb {
namespace {

// A log this short is not worth a checkpoint.
constexpr std::size_t kSegmentsBeforeCheckpoint = 3;
// The head keeps at least half a block's time, so that samples that come late find it.
constexpr std::int64_t kHeadKeepsMs = kBlockRangeMs / 2;

}  // namespace

Result<bool> Db::maintain(const MaintainBudget& budget) {
  const std::lock_guard one(state_->maintain_mutex);
  return state_->maintain(budget);
}

Result<bool> Db::State::maintain(const MaintainBudget& budget) {
  {
    const std::lock_guard guard(write_mutex);
    if (closed) return false;
  }
  if (auto done = metadata.save(); !done) return done.error();
  if (auto done = apply_retention(); !done) return done.error();
  TRIBUTARY_TRY(const bool truncated, truncate_compacted());
  if (compactor.busy()) return run_compaction(budget);
  if (compactor.ready() && !head_block && head_is_due()) {
    if (auto done = begin_head_block(); !done) return done.error();
    return run_compaction(budget);
  }
  if (!compactor.ready()) return false;
  TRIBUTARY_TRY(const bool merging, compactor.begin_merge());
  if (merging) return run_compaction(budget);
  // Nobody looks at blocks all the time; queries read again what they need.
  const BlockView view = blocks.view();
  for (const BlockPtr& block : *view) block->release();
  return truncated;
}

void Db::set_options(const DbOptions& options) {
  const std::lock_guard guard(state_->write_mutex);
  DbOptions& own = state_->options;
  own.series_max = options.series_max;
  own.series_per_metric_max = options.series_per_metric_max;
  own.future_max = options.future_max;
  own.out_of_order_window = options.out_of_order_window;
  own.retention = options.retention;
  own.retention_bytes = options.retention_bytes;
}

DbOptions Db::State::current_options() {
  const std::lock_guard guard(write_mutex);
  return options;
}

Result<void> Db::State::apply_retention() {
  const DbOptions now = current_options();
  const std::int64_t retention_ms = to_ms(now.retention);
  // A clock that went wrong must not empty the database: seen from the newest sample.
  std::int64_t newest_ms = blocks.end_ms();
  if (head.samples() > 0) newest_ms = std::max(newest_ms, head.max_ms());
  RetentionLimits limits{.bytes_max = now.retention_bytes};
  if (retention_ms > 0 && newest_ms != INT64_MIN) {
    limits.oldest_ms = std::min(newest_ms, to_ms(clock.now())) - retention_ms;
  }

  const BlockView view = blocks.view();
  std::vector<SizedBlock> sizes;
  for (const BlockPtr& block : *view) sizes.push_back({block->meta().end_ms, block->bytes()});
  std::vector<BlockPtr> dropped;
  for (const std::size_t place : plan_retention(sizes, limits)) {
    log.info("dropped a block beyond the retention", {{"block", (*view)[place]->directory()}});
    dropped.push_back((*view)[place]);
  }
  if (!dropped.empty()) blocks.replace(nullptr, dropped);

  if (limits.oldest_ms == INT64_MIN || head.series() == 0) return {};
  // A chunk goes as a whole, so there is no use in looking all the time.
  const std::int64_t slack_ms = std::min<std::int64_t>(retention_ms / 10, Head::kChunkRangeMs);
  if (head.min_ms() >= limits.oldest_ms - slack_ms) return {};
  log.info("dropping what is older than the retention from the head");
  return truncate(limits.oldest_ms);
}

Result<void> Db::State::truncate(std::int64_t min_ms) {
  unsigned current = 0;
  std::vector<SeriesRef> live;
  {
    const std::lock_guard guard(write_mutex);
    if (closed) return {};
    floor_ms = std::max(floor_ms, min_ms);
    const std::size_t gone = head.truncate(min_ms);
    deletions.truncate(min_ms);
    TRIBUTARY_TRY(current, wal->cut());
    live = head.live_refs();
    log.debug("head truncated", {{"min_ms", min_ms}, {"series_gone", gone}});
  }
  if (auto done = shorten_late_wal(); !done) return done;
  TRIBUTARY_TRY(const WalListing listing, list_wal(disk, wal_directory()));
  std::vector<unsigned> ended = listing.segments;
  std::erase_if(ended, [current](unsigned number) { return number >= current; });
  if (ended.size() < kSegmentsBeforeCheckpoint) return {};
  // As Prometheus does: the newest third is left alone, most of it is needed anyway.
  const unsigned up_to = ended[ended.size() * 2 / 3 - 1];
  return write_checkpoint(
      disk, wal_directory(),
      {.up_to_segment = up_to, .min_ms = min_ms, .keep_series = [&live](std::uint64_t ref) {
         return std::binary_search(live.begin(), live.end(), ref);
       }});
}

// Once a block of the head's samples is there, and nobody reads them from the head any more:
// whether they were dropped from it.
Result<bool> Db::State::truncate_compacted() {
  if (!head_block || !head_block->readers || !head_block->readers->expired()) return false;
  const std::int64_t end_ms = head_block->end_ms;
  head_block.reset();
  if (auto done = truncate(end_ms); !done) return done.error();
  return true;
}

// When it has samples of one and a half times a block, and the oldest block's time is over for
// senders that are late.
bool Db::State::head_is_due() {
  if (head.samples() == 0 || head.series() == 0) return false;
  const std::int64_t min_ms = head.min_ms();
  const std::int64_t max_ms = head.max_ms();
  const std::int64_t end_ms = align_down(min_ms, kBlockRangeMs) + kBlockRangeMs;
  const std::int64_t keeps_ms =
      std::max(kHeadKeepsMs, to_ms(current_options().out_of_order_window));
  return max_ms - min_ms > kBlockRangeMs + kHeadKeepsMs && max_ms - end_ms >= keeps_ms;
}

std::unique_ptr<ChunkSeriesStream> Db::State::head_stream(std::int64_t min_ms,
                                                          std::int64_t max_ms) const {
  return without_deleted(make_head_stream(head, min_ms, max_ms), deletions.view());
}

Result<void> Db::State::begin_head_block() {
  const std::int64_t min_ms = head.min_ms();
  const std::int64_t end_ms = align_down(min_ms, kBlockRangeMs) + kBlockRangeMs;
  {
    // From here on nothing comes into the time of the block.
    const std::lock_guard guard(write_mutex);
    if (closed) return Error(Code::unavailable, "the database is closed");
    floor_ms = std::max(floor_ms, end_ms);
  }
  head_block = HeadBlock{.end_ms = end_ms};
  auto begun = compactor.begin_head(head_stream(min_ms, end_ms - 1), min_ms, end_ms);
  if (!begun) head_block.reset();
  return begun;
}

Result<bool> Db::State::run_compaction(const MaintainBudget& budget) {
  const bool of_head = writes_head_block();
  auto step = compactor.run(budget.series_max, budget.stop);
  if (!step) {
    if (of_head) head_block.reset();
    return step.error();
  }
  if (*step == BlockJob::Step::done && of_head) {
    const std::lock_guard guard(readers_mutex);
    head_block->readers = readers;
    readers = std::make_shared<int>();
  }
  return true;
}

std::unique_ptr<Querier> Db::State::querier(std::int64_t min_ms, std::int64_t max_ms) {
  // The token comes before the view: see `readers`.
  struct Held {
    std::shared_ptr<const void> token;
    BlockView view;
  };
  auto held = std::make_shared<Held>();
  {
    const std::lock_guard guard(readers_mutex);
    held->token = readers;
  }
  held->view = blocks.view();
  std::vector<std::unique_ptr<Querier>> queriers;
  for (const BlockPtr& block : *held->view) {
    if (block->overlaps(min_ms, max_ms)) {
      queriers.push_back(make_block_querier(block, min_ms, max_ms));
    }
  }
  if (head.samples() > 0 && head.min_ms() <= max_ms) {
    queriers.push_back(without_deleted(make_head_querier(head, min_ms, max_ms), deletions.view()));
  }
  return merge_queriers(std::move(queriers), std::move(held));
}

Result<std::unique_ptr<Querier>> Db::querier(std::int64_t min_ms, std::int64_t max_ms) const {
  return state_->querier(min_ms, max_ms);
}

}  // namespace tributary::tsdb
