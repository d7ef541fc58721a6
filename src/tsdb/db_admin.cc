// Deletion of series, and snapshots.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <utility>

#include "tsdb/db_state.h"
#include "tsdb/head_querier.h"

namespace tributary::tsdb {
namespace {

// Larger records only cost memory when they are read back.
constexpr std::size_t kRecordBytes = 1U << 20;

void append_tombstone(std::string& record, std::uint64_t ref, Interval interval) {
  if (record.empty()) record.push_back(static_cast<char>(RecordType::tombstones));
  append_be64(record, ref);
  append_varint(record, interval.min_ms);
  append_varint(record, interval.max_ms);
}

// As Prometheus names them: 20060102T150405Z-0123456789abcdef.
std::string snapshot_name(Timestamp now, Random& random) {
  const std::time_t seconds = static_cast<std::time_t>(to_ms(now) / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char time[32];
  std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &utc);
  char name[64];
  std::snprintf(name, sizeof name, "%s-%016llx", time,
                static_cast<unsigned long long>(random.next() >> 1));
  return name;
}

Result<void> link_block(Disk& disk, const Block& block, const std::string& parent) {
  const std::string to = parent + '/' + block.meta().ulid.to_string();
  const std::string& from = block.directory();
  if (auto done = disk.make_directory(to + "/chunks"); !done) return done;
  TRIBUTARY_TRY(const auto chunks, disk.list(from + "/chunks"));
  for (const std::string& name : chunks) {
    if (auto done = disk.link(from + "/chunks/" + name, to + "/chunks/" + name); !done) return done;
  }
  for (const char* const name : {"/index", "/meta.json", "/tombstones"}) {
    if (!disk.exists(from + name)) continue;
    if (auto done = disk.link(from + name, to + name); !done) return done;
  }
  if (auto done = disk.sync_directory(to + "/chunks"); !done) return done;
  return disk.sync_directory(to);
}

Result<void> run_to_end(BlockJob& job, const std::stop_token& stop) {
  for (;;) {
    TRIBUTARY_TRY(const auto step, job.run(SIZE_MAX, stop));
    if (step == BlockJob::Step::done) return {};
    if (stop.stop_requested()) return Error(Code::cancelled, "snapshot was stopped");
  }
}

}  // namespace

Result<std::size_t> Db::State::delete_from_head(std::span<const Matcher> matchers,
                                                Interval interval) {
  if (head.samples() == 0) return std::size_t{0};
  // What comes later is not deleted.
  interval.min_ms = std::max(interval.min_ms, head.min_ms());
  interval.max_ms = std::min(interval.max_ms, head.max_ms());
  if (interval.min_ms > interval.max_ms) return std::size_t{0};
  TRIBUTARY_TRY(const auto list,
                make_head_querier(head, interval.min_ms, interval.max_ms)->select(matchers));
  std::vector<HeadDeletions::Deletion> deleted;
  std::vector<std::string> records;
  const std::lock_guard guard(write_mutex);
  if (closed) return Error(Code::unavailable, "the database is closed");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const LabelsView labels = list->labels(i);
    const SeriesId series = head.find(labels.packed(), labels.hash());
    if (series == kNoSeries) continue;
    if (records.empty() || records.back().size() > kRecordBytes) records.emplace_back();
    append_tombstone(records.back(), head.series(series).ref, interval);
    deleted.push_back({std::string(labels.packed()), interval});
  }
  if (deleted.empty()) return std::size_t{0};
  const std::vector<std::string_view> views(records.begin(), records.end());
  if (auto done = wal->log(views); !done) return done.error();
  deletions.add(deleted);
  return deleted.size();
}

Result<void> Db::delete_series(std::span<const Matcher> matchers, std::int64_t min_ms,
                               std::int64_t max_ms) {
  const std::lock_guard one(state_->maintain_mutex);
  const Interval interval{std::max(min_ms, State::kOldestMs), max_ms};
  // What is being made of the samples that go now is begun again without them.
  if (state_->writes_head_block()) state_->head_block.reset();
  state_->compactor.abandon();
  TRIBUTARY_TRY(const std::size_t in_head, state_->delete_from_head(matchers, interval));
  if (in_head > 0) {
    if (auto done = sync(); !done) return done;
  }
  TRIBUTARY_TRY(const std::size_t in_blocks, state_->blocks.delete_series(matchers, interval));
  state_->log.info("series deleted", {{"in_head", in_head}, {"in_blocks", in_blocks}});
  return {};
}

Result<void> Db::clean_tombstones(std::stop_token stop) {
  const std::lock_guard one(state_->maintain_mutex);
  if (state_->writes_head_block()) state_->head_block.reset();
  state_->compactor.abandon();
  const BlockView view = state_->blocks.view();
  for (const BlockPtr& block : *view) {
    if (block->tombstones()->empty()) continue;
    if (auto done = state_->compactor.begin_rewrite(block); !done) return done;
    while (state_->compactor.busy()) {
      if (stop.stop_requested())
        return Error(Code::cancelled, "cleaning of tombstones was stopped");
      TRIBUTARY_TRY(const auto step, state_->compactor.run(SIZE_MAX, stop));
      static_cast<void>(step);
    }
  }
  return {};
}

Cardinality Db::cardinality(std::size_t limit) const {
  const Head& head = state_->head;
  Cardinality out;
  out.series = head.series();
  if (head.samples() > 0) {
    out.min_ms = head.min_ms();
    out.max_ms = head.max_ms();
  }
  LargestCounts metrics(limit);
  LargestCounts pairs(limit);
  struct Label {
    std::uint64_t values = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, Label, std::less<>> labels;
  head.for_each_label_pair(
      [&](std::string_view name, std::string_view value, std::uint64_t series) {
        auto label = labels.find(name);
        if (label == labels.end()) label = labels.emplace(name, Label()).first;
        ++out.label_pairs;
        ++label->second.values;
        label->second.bytes += value.size() * series;
        if (name == kMetricName) metrics.add(std::string(value), series);
        if (pairs.wants(series)) pairs.add(std::string(name) + '=' + std::string(value), series);
      });
  LargestCounts values(limit);
  LargestCounts bytes(limit);
  for (const auto& [name, label] : labels) {
    values.add(name, label.values);
    bytes.add(name, label.bytes);
  }
  out.series_by_metric = metrics.take();
  out.values_by_label = values.take();
  out.value_bytes_by_label = bytes.take();
  out.series_by_label_pair = pairs.take();
  const auto series = make_head_stream(head, INT64_MIN, INT64_MAX);
  while (series->next().value_or(false)) out.chunks += series->chunks().size();
  return out;
}

Result<std::string> Db::snapshot(SnapshotHead with_head, std::stop_token stop) {
  const std::lock_guard one(state_->maintain_mutex);
  SystemRandom random;
  const std::string name = snapshot_name(state_->clock.now(), random);
  const std::string parent = state_->directory + "/snapshots";
  const std::string directory = parent + '/' + name;
  Disk& disk = state_->disk;
  const auto write = [&]() -> Result<void> {
    if (auto done = disk.make_directory(directory); !done) return done;
    const BlockView view = state_->blocks.view();
    for (const BlockPtr& block : *view) {
      if (auto done = link_block(disk, *block, directory); !done) return done;
    }
    const Head& head = state_->head;
    if (with_head == SnapshotHead::include && head.samples() > 0) {
      BlockMeta meta;
      meta.ulid = Ulid::make(to_ms(state_->clock.now()), random);
      meta.sources = {meta.ulid};
      meta.min_ms = std::max(head.min_ms(), state_->blocks.end_ms());
      meta.end_ms = head.max_ms() + 1;
      auto series = state_->head_stream(meta.min_ms, head.max_ms());
      TRIBUTARY_TRY(auto builder, BlockBuilder::create(disk, directory, std::move(meta)));
      BlockJob job(std::move(builder), std::move(series));
      if (auto done = run_to_end(job, stop); !done) return done;
    }
    if (auto done = disk.sync_directory(directory); !done) return done;
    if (auto done = disk.sync_directory(parent); !done) return done;
    return disk.sync_directory(state_->directory);
  };
  if (auto done = write(); !done) {
    static_cast<void>(disk.remove(directory).has_value());
    return done.error().within("snapshot");
  }
  return name;
}

}  // namespace tributary::tsdb
