#include "tsdb/db.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tsdb/db_state.h"
#include "tsdb/replay.h"

namespace tributary::tsdb {
namespace {

void log_replay(const Logger& log, const ReplayReport& report) {
  log.info("write-ahead log replayed", {{"segments", report.wal.segments},
                                        {"series", report.series},
                                        {"samples", report.samples},
                                        {"ms", to_ms(report.took)}});
  if (report.wal.damage + report.malformed_records + report.samples_without_series == 0) return;
  log.warn("the write-ahead log was damaged; the rest of it was read",
           {{"places", report.wal.damage},
            {"segments_rewritten", report.wal.repaired},
            {"malformed_records", report.malformed_records},
            {"samples_without_series", report.samples_without_series}});
  for (const std::string& example : report.wal.examples) {
    log.warn("damage in the write-ahead log", {{"where", example}});
  }
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::out_of_order: return "out of order sample";
    case Refusal::duplicate: return "duplicate sample for timestamp";
    case Refusal::too_old: return "too old sample";
    case Refusal::in_the_future: return "sample too far in the future";
    case Refusal::series_limit: return "series limit exceeded";
    case Refusal::metric_series_limit: return "series limit of the metric exceeded";
    case Refusal::invalid_labels: return "invalid labels";
    case Refusal::invalid_histogram: return "invalid histogram";
  }
  return "?";
}

std::uint64_t AppendResult::refused_total() const {
  return std::accumulate(refused.begin(), refused.end(), std::uint64_t{0});
}

Db::Db(std::unique_ptr<State> state) : state_(std::move(state)) {}

Db::~Db() {
  if (const auto closed = close(); !closed) {
    state_->log.error("database closed with an error", {{"error", closed.error().message()}});
  }
}

Result<std::unique_ptr<Db>> Db::open(std::string directory, DbOptions options, Disk& disk,
                                     const Clock& clock, Logger log) {
  auto state = std::make_unique<State>(std::move(directory), options, disk, clock, std::move(log));
  const std::string wal_directory = state->wal_directory();
  if (auto done = disk.make_directory(wal_directory); !done) return done.error();
  TRIBUTARY_TRY(state->lock, disk.lock(state->directory + "/lock"));
  if (auto done = state->metadata.load(); !done) {
    state->log.warn("metric metadata is lost", {{"error", done.error().message()}});
  }

  if (auto done = state->blocks.open(); !done) return done.error();

  // The log has all that is in there.
  const std::string spilled = state->directory + "/chunks_head";
  if (auto done = disk.remove(spilled); !done) return done.error();
  if (auto done = disk.make_directory(spilled); !done) return done.error();
  state->head.spill_to(disk, spilled);

  const Instant start = clock.monotonic();
  TRIBUTARY_TRY(const WalListing listing, list_wal(disk, wal_directory));
  TRIBUTARY_TRY(const WalListing late_listing, list_wal(disk, state->late_wal_directory()));
  if (auto done =
          tsdb::replay(disk, {wal_directory, listing, state->late_wal_directory(), late_listing},
                       {state->head, state->deletions, state->exemplars, state->replay});
      !done) {
    return done.error();
  }
  // What is in blocks was only waiting to be dropped from the log.
  if (const std::int64_t end_ms = state->blocks.end_ms(); end_ms > State::kOldestMs) {
    state->floor_ms = end_ms;
    if (state->head.series() > 0) state->head.truncate(end_ms);
    state->deletions.truncate(end_ms);
  }
  state->replay.took = clock.monotonic() - start;
  log_replay(state->log, state->replay);

  unsigned next = 0;
  if (!listing.segments.empty()) {
    next = listing.segments.back() + 1;
  } else if (listing.checkpoint) {
    next = *listing.checkpoint + 1;
  }
  TRIBUTARY_TRY(state->wal, Wal::open(disk, wal_directory, next,
                                      {.segment_bytes_max = options.wal_segment_bytes_max,
                                       .compression = options.wal_compression}));
  if (auto done = disk.sync_directory(state->directory); !done) return done.error();
  return std::unique_ptr<Db>(new Db(std::move(state)));
}

Result<AppendResult> Db::append(const WriteBatch& batch, LabelParser* parser) {
  return state_->append(batch, parser);
}

Result<void> Db::sync() { return state_->sync(); }

Result<void> Db::close() {
  {
    const std::lock_guard guard(state_->write_mutex);
    if (std::exchange(state_->closed, true)) return {};
  }
  auto saved = state_->metadata.save();
  auto synced = sync();
  return synced ? saved : synced;
}

std::vector<SeriesExemplars> Db::exemplars(std::span<const Matchers> any_of, std::int64_t min_ms,
                                           std::int64_t max_ms) const {
  return state_->exemplars.select(any_of, min_ms, max_ms);
}

std::vector<MetricFamily> Db::metadata(std::string_view family) const {
  return state_->metadata.get(family);
}

const ReplayReport& Db::replay() const { return state_->replay; }

DbStats Db::stats() const {
  DbStats stats;
  stats.series = state_->head.series();
  stats.samples_appended = state_->head.samples();
  if (stats.samples_appended > 0) {
    stats.min_ms = state_->head.min_ms();
    stats.max_ms = state_->head.max_ms();
  }
  {
    const std::lock_guard guard(state_->write_mutex);
    stats.refused = state_->refusals.refused;
    stats.late_samples = state_->refusals.late;
  }
  stats.wal_syncs = state_->wal->syncs();
  stats.wal_failures = state_->wal_failures.load(std::memory_order_relaxed);
  stats.wal_segment = state_->wal->segment();
  stats.exemplars = state_->exemplars.size();
  const BlockView blocks = state_->blocks.view();
  stats.blocks = blocks->size();
  for (const BlockPtr& block : *blocks) {
    stats.block_bytes += block->bytes();
    stats.blocks_max_ms = std::max(stats.blocks_max_ms, block->meta().end_ms - 1);
  }
  if (!blocks->empty()) stats.blocks_min_ms = blocks->front()->meta().min_ms;
  stats.blocks_unreadable = state_->blocks.unreadable();
  const CompactionStats compactions = state_->compactor.stats();
  stats.compactions = compactions.done;
  stats.compactions_failed = compactions.failed;
  stats.metadata_families = state_->metadata.size();
  stats.metadata_dropped = state_->metadata.dropped();
  return stats;
}

}  // namespace tributary::tsdb
