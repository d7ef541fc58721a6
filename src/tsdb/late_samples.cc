#include "tsdb/late_samples.h"

#include <algorithm>
#include <mutex>

#include "tsdb/compaction_plan.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

bool LateSamples::encode_open(const OfSeries& series, std::int64_t min_ms, std::int64_t max_ms,
                              Chunk& chunk, std::string& bytes) {
  XorChunkWriter writer;
  for (const Sample& sample : series.open) {
    if (sample.timestamp_ms < min_ms || sample.timestamp_ms > max_ms) continue;
    if (writer.count() == 0) chunk.min_ms = sample.timestamp_ms;
    chunk.max_ms = sample.timestamp_ms;
    writer.append(sample);
  }
  if (writer.count() == 0) return false;
  bytes = writer.take();
  chunk.encoding = ChunkEncoding::xor_floats;
  chunk.bytes = bytes;
  return true;
}

void LateSamples::seal(OfSeries& series, std::int64_t range_ms, const Keep& keep) {
  while (!series.open.empty()) {
    const std::int64_t first_ms = series.open.front().timestamp_ms;
    const std::int64_t end_ms = align_down(first_ms, range_ms) + range_ms;
    Chunk chunk;
    std::string bytes;
    encode_open(series, first_ms, end_ms - 1, chunk, bytes);
    SealedChunk* const sealed = keep(chunk);
    sealed->before = series.sealed;
    series.sealed = sealed;
    std::erase_if(series.open, [end_ms](const Sample& s) { return s.timestamp_ms < end_ms; });
  }
}

void LateSamples::add(SeriesId id, Sample sample, std::int64_t range_ms, const Keep& keep) {
  const std::unique_lock lock(mutex_);
  std::unique_ptr<OfSeries>& series = by_series_[id];
  if (!series) series = std::make_unique<OfSeries>();
  if (series->open.size() >= kOpenMax) seal(*series, range_ms, keep);
  const auto at = std::upper_bound(
      series->open.begin(), series->open.end(), sample,
      [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  series->open.insert(at, sample);
}

void LateSamples::chunks(SeriesId id, std::int64_t min_ms, std::int64_t max_ms,
                         std::vector<Chunk>& out, std::string& open) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_series_.find(id);
  if (found == by_series_.end()) return;
  for (const SealedChunk* chunk = found->second->sealed; chunk != nullptr; chunk = chunk->before) {
    if (chunk->min_ms <= max_ms && chunk->max_ms >= min_ms) out.push_back(chunk->chunk());
  }
  Chunk newest;
  if (encode_open(*found->second, min_ms, max_ms, newest, open)) out.push_back(newest);
}

bool LateSamples::overlaps(SeriesId id, std::int64_t min_ms, std::int64_t max_ms) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_series_.find(id);
  if (found == by_series_.end()) return false;
  for (const SealedChunk* chunk = found->second->sealed; chunk != nullptr; chunk = chunk->before) {
    if (chunk->min_ms <= max_ms && chunk->max_ms >= min_ms) return true;
  }
  return std::any_of(found->second->open.begin(), found->second->open.end(),
                     [&](const Sample& sample) {
                       return sample.timestamp_ms >= min_ms && sample.timestamp_ms <= max_ms;
                     });
}

bool LateSamples::truncate(SeriesId id, std::int64_t min_ms) {
  const std::unique_lock lock(mutex_);
  const auto found = by_series_.find(id);
  if (found == by_series_.end()) return true;
  OfSeries& series = *found->second;
  std::erase_if(series.open, [min_ms](const Sample& s) { return s.timestamp_ms < min_ms; });
  for (SealedChunk** link = &series.sealed; *link != nullptr;) {
    if ((*link)->max_ms < min_ms) {
      *link = (*link)->before;
    } else {
      link = &(*link)->before;
    }
  }
  if (!series.open.empty() || series.sealed != nullptr) return false;
  by_series_.erase(found);
  return true;
}

void LateSamples::forget(SeriesId id) {
  const std::unique_lock lock(mutex_);
  by_series_.erase(id);
}

void LateSamples::for_each(const std::function<void(SeriesId, std::string_view)>& visit) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, series] : by_series_) {
    for (const SealedChunk* chunk = series->sealed; chunk != nullptr; chunk = chunk->before) {
      visit(id, chunk->chunk().bytes);
    }
    Chunk newest;
    std::string bytes;
    if (encode_open(*series, INT64_MIN, INT64_MAX, newest, bytes)) visit(id, bytes);
  }
}

}  // namespace tributary::tsdb
