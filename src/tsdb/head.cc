#include "tsdb/head.h"

#include <algorithm>
#include <utility>

#include "model/packed_labels.h"

namespace tributary::tsdb {
namespace {

std::int64_t range_of(std::int64_t ms) {
  const std::int64_t quotient = ms / Head::kChunkRangeMs;
  return ms % Head::kChunkRangeMs < 0 ? quotient - 1 : quotient;
}

void lower(std::atomic<std::int64_t>& bound, std::int64_t value) {
  if (value < bound.load(std::memory_order_relaxed)) {
    bound.store(value, std::memory_order_relaxed);
  }
}
void raise(std::atomic<std::int64_t>& bound, std::int64_t value) {
  if (value > bound.load(std::memory_order_relaxed)) {
    bound.store(value, std::memory_order_relaxed);
  }
}

void seal(HeadSeries& series) {
  std::string bytes = series.open.take();
  bytes.shrink_to_fit();
  series.sealed.push_back(std::make_shared<const SealedChunk>(
      SealedChunk{series.open_min_ms, series.open_max_ms, std::move(bytes)}));
  series.open = XorChunkWriter();
}

}  // namespace

HeadSeries* Head::find(std::string_view packed, std::uint64_t hash) {
  const auto found = by_labels_.find(Key{packed, hash});
  return found == by_labels_.end() ? nullptr : found->get();
}

HeadSeries* Head::create(std::string_view packed, std::uint64_t hash) {
  return create_as(next_ref_, packed, hash);
}

HeadSeries* Head::create_as(SeriesRef ref, std::string_view packed, std::uint64_t hash) {
  reserve(ref);
  auto series = std::make_shared<HeadSeries>(ref, hash, packed);
  HeadSeries* const out = series.get();
  by_labels_.insert(std::move(series));
  series_count_.fetch_add(1, std::memory_order_relaxed);
  return out;
}

void Head::reserve(SeriesRef ref) {
  constexpr SeriesRef kPlausible = SeriesRef{1} << 62;  // beyond is no reference anybody counted to
  if (ref < kPlausible) next_ref_ = std::max(next_ref_, ref + 1);
}

void Head::discard(std::span<HeadSeries* const> series) {
  for (const HeadSeries* const one : series) {
    by_labels_.erase(by_labels_.find(Key{one->packed, one->hash}));
  }
  series_count_.fetch_sub(series.size(), std::memory_order_relaxed);
}

void Head::publish(std::span<HeadSeries* const> series) {
  if (series.empty()) return;
  const std::unique_lock lock(index_mutex_);
  for (const HeadSeries* const one : series) {
    by_ref_.emplace(one->ref, *by_labels_.find(Key{one->packed, one->hash}));
    index_.add(one->ref, one->packed);
  }
}

void Head::append(HeadSeries& series, Sample sample) {
  {
    const std::lock_guard lock(stripe(series));
    if (series.open.count() > 0 &&
        (series.open.count() >= kChunkSamples ||
         range_of(sample.timestamp_ms) != range_of(series.open_min_ms))) {
      seal(series);
    }
    if (series.open.count() == 0) series.open_min_ms = sample.timestamp_ms;
    series.open_max_ms = sample.timestamp_ms;
    series.open.append(sample);
  }
  series.last = sample;
  series.has_last = true;
  samples_.fetch_add(1, std::memory_order_relaxed);
  lower(min_ms_, sample.timestamp_ms);
  raise(max_ms_, sample.timestamp_ms);
}

std::size_t Head::truncate(std::int64_t min_ms) {
  std::vector<HeadSeriesPtr> gone;
  for (const HeadSeriesPtr& series : by_labels_) {
    const std::lock_guard lock(stripe(*series));
    std::erase_if(series->sealed,
                  [min_ms](const ChunkPtr& chunk) { return chunk->max_ms < min_ms; });
    const bool open_is_old = series->open.count() == 0 || series->open_max_ms < min_ms;
    if (series->sealed.empty() && open_is_old) gone.push_back(series);
  }
  raise(min_ms_, std::min(min_ms, max_ms()));
  if (gone.empty()) return 0;
  const std::unique_lock lock(index_mutex_);
  for (const HeadSeriesPtr& series : gone) {
    by_ref_.erase(series->ref);
    by_labels_.erase(series);
  }
  index_.remove([this](SeriesRef ref) { return !by_ref_.contains(ref); });
  series_count_.fetch_sub(gone.size(), std::memory_order_relaxed);
  return gone.size();
}

bool Head::overlaps(const HeadSeries& series, std::int64_t min_ms, std::int64_t max_ms) const {
  const std::lock_guard lock(stripe(series));
  if (series.open.count() > 0 && series.open_min_ms <= max_ms && series.open_max_ms >= min_ms) {
    return true;
  }
  return std::any_of(series.sealed.rbegin(), series.sealed.rend(), [&](const ChunkPtr& chunk) {
    return chunk->min_ms <= max_ms && chunk->max_ms >= min_ms;
  });
}

std::vector<HeadSeriesPtr> Head::select(std::span<const Matcher> matchers, std::int64_t min_ms,
                                        std::int64_t max_ms) const {
  std::vector<HeadSeriesPtr> found;
  {
    const std::shared_lock lock(index_mutex_);
    const Postings refs = index_.select(matchers);
    found.reserve(refs.size());
    for (const SeriesRef ref : refs) found.push_back(by_ref_.find(ref)->second);
  }
  std::erase_if(found,
                [&](const HeadSeriesPtr& series) { return !overlaps(*series, min_ms, max_ms); });
  std::sort(found.begin(), found.end(), [](const HeadSeriesPtr& a, const HeadSeriesPtr& b) {
    return compare(LabelsView(a->packed), LabelsView(b->packed)) < 0;
  });
  return found;
}

std::vector<std::string> Head::label_names() const {
  const std::shared_lock lock(index_mutex_);
  return index_.names();
}

std::vector<std::string> Head::label_values(std::string_view name) const {
  const std::shared_lock lock(index_mutex_);
  return index_.values(name);
}

bool Head::contains(SeriesRef ref) const {
  const std::shared_lock lock(index_mutex_);
  return by_ref_.contains(ref);
}

Result<void> Head::read(const HeadSeries& series, std::int64_t min_ms, std::int64_t max_ms,
                        std::vector<Sample>& out) const {
  std::vector<ChunkPtr> sealed;
  std::string open;
  {
    const std::lock_guard lock(stripe(series));
    for (const ChunkPtr& chunk : series.sealed) {
      if (chunk->min_ms <= max_ms && chunk->max_ms >= min_ms) sealed.push_back(chunk);
    }
    if (series.open.count() > 0 && series.open_min_ms <= max_ms && series.open_max_ms >= min_ms) {
      open = series.open.bytes();
    }
  }
  for (const ChunkPtr& chunk : sealed) {
    if (auto done = read_xor_chunk(chunk->bytes, min_ms, max_ms, out); !done) return done;
  }
  return open.empty() ? Result<void>() : read_xor_chunk(open, min_ms, max_ms, out);
}

}  // namespace tributary::tsdb
