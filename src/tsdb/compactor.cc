#include "tsdb/compactor.h"

#include <utility>

#include "tsdb/merge_streams.h"

namespace tributary::tsdb {
namespace {

constexpr Duration kRetryAfter = 10min;

}  // namespace

Compactor::Compactor(Disk& disk, BlockStore& blocks, const Clock& clock, Logger log,
                     std::int64_t retention_ms)
    : disk_(disk),
      blocks_(blocks),
      clock_(clock),
      log_(std::move(log)),
      ranges_(block_ranges(longest_block_ms(retention_ms))) {}

Result<void> Compactor::begin(BlockMeta meta, std::unique_ptr<ChunkSeriesStream> series) {
  meta.ulid = Ulid::make(to_ms(clock_.now()), random_);
  if (meta.sources.empty()) meta.sources = {meta.ulid};
  began_ = clock_.monotonic();
  auto builder = BlockBuilder::create(disk_, blocks_.directory(), std::move(meta));
  if (!builder) return give_up(builder.error());
  job_ = std::make_unique<BlockJob>(*std::move(builder), std::move(series));
  return {};
}

std::unique_ptr<ChunkSeriesStream> Compactor::stream_of(const BlockPtr& source) {
  sources_.push_back(source);
  return stream_block(source, INT64_MIN, INT64_MAX);
}

Result<void> Compactor::begin_head(std::unique_ptr<ChunkSeriesStream> series, std::int64_t min_ms,
                                   std::int64_t end_ms) {
  sources_.clear();
  BlockMeta meta;
  meta.min_ms = min_ms;
  meta.end_ms = end_ms;
  return begin(std::move(meta), std::move(series));
}

Result<bool> Compactor::begin_merge() {
  const BlockView view = blocks_.view();
  const std::vector<BlockMeta> metas = blocks_.metas(*view);
  const std::vector<std::size_t> plan = plan_compaction(metas, ranges_);
  if (plan.empty()) return false;
  sources_.clear();
  std::vector<std::unique_ptr<ChunkSeriesStream>> streams;
  std::vector<BlockMeta> chosen;
  for (const std::size_t place : plan) {
    streams.push_back(stream_of((*view)[place]));
    chosen.push_back(metas[place]);
  }
  if (auto done = begin(merged_meta(chosen), merge_streams(std::move(streams))); !done) {
    return done.error();
  }
  return true;
}

Result<void> Compactor::begin_rewrite(const BlockPtr& block) {
  sources_.clear();
  BlockMeta meta = merged_meta(std::vector{block->meta()});
  meta.level = block->meta().level;
  auto series = stream_of(block);
  return begin(std::move(meta), std::move(series));
}

void Compactor::abandon() {
  job_.reset();
  sources_.clear();
}

Error Compactor::give_up(const Error& error) {
  job_.reset();
  ++failed_;
  // A full disk gets better; damage does not.
  if (error.retryable()) {
    retry_at_ = clock_.monotonic() + kRetryAfter;
  } else {
    blocks_.set_failed(sources_);
  }
  sources_.clear();
  return error.within("compaction");
}

Result<void> Compactor::install() {
  const std::optional<BlockMeta> made = job_->made();
  BlockPtr block;
  if (made) {
    TRIBUTARY_TRY(block, blocks_.load(made->ulid));
  }
  blocks_.replace(block, sources_);
  job_.reset();
  ++done_;
  if (made) {
    log_.info("block written", {{"block", made->ulid.to_string()},
                                {"level", made->level},
                                {"parents", sources_.size()},
                                {"series", made->series},
                                {"samples", made->samples},
                                {"bytes", block->bytes()},
                                {"ms", to_ms(Duration(clock_.monotonic() - began_))}});
  }
  sources_.clear();
  return {};
}

Result<BlockJob::Step> Compactor::run(std::size_t series_max, std::stop_token stop) {
  auto step = job_->run(series_max, std::move(stop));
  if (!step) return give_up(step.error());
  if (*step == BlockJob::Step::more) return step;
  if (auto done = install(); !done) return give_up(done.error());
  return step;
}

}  // namespace tributary::tsdb
