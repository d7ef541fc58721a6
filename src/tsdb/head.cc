#include "tsdb/head.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/hash.h"
#include "model/packed_labels.h"
#include "tsdb/histogram_chunk.h"

namespace tributary::tsdb {

// What the writer dropped at one time.
struct Head::Garbage {
  std::vector<SeriesId> series;
  std::vector<std::unique_ptr<ChunkArena>> arenas;
};

// Readers pin the generation in which they began; it keeps the later ones alive, so that the last
// pin on it and on those before it gives its garbage free.
struct Head::Generation {
  explicit Generation(Head& of) : head(of) {}
  ~Generation() {
    // The next one may die right after this.
    const std::shared_ptr<Generation> later = std::move(next);
    const std::lock_guard lock(head.generation_mutex_);
    head.reclaimable_.push_back(std::move(garbage));
  }

  Head& head;
  Garbage garbage;
  std::shared_ptr<Generation> next;
};

namespace {

// A chunk of histograms ends at so many bytes, with so many samples at least, as in Prometheus.
constexpr std::size_t kHistogramBytesMax = 1024;
constexpr unsigned kHistogramSamplesMin = 10;
constexpr unsigned kHistogramSamplesMax = 240;

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

}  // namespace

Head::Head() : generation_(std::make_shared<Generation>(*this)) {}

Head::~Head() {
  for (SeriesId id = 0; id < series_.size(); ++id) {
    if (series_[id].has_open_histograms()) delete series_[id].histograms;
  }
}

SeriesId Head::find(std::string_view packed, std::uint64_t hash) const {
  return by_labels_.find(hash, [&](SeriesId id) { return series_[id].packed() == packed; });
}

SeriesId Head::create(std::string_view packed, std::uint64_t hash) {
  return create_as(next_ref_, packed, hash);
}

SeriesId Head::create_as(SeriesRef ref, std::string_view packed, std::uint64_t hash) {
  reserve(ref);
  SeriesId id = 0;
  if (free_places_.empty()) {
    id = series_.grow();
  } else {
    id = free_places_.back();
    free_places_.pop_back();
  }
  series_[id] = {.ref = ref,
                 .labels = labels_.copy(packed),
                 .labels_size = static_cast<std::uint32_t>(packed.size()),
                 .follower = kNoSeries};
  by_labels_.insert(hash, id);
  series_count_.fetch_add(1, std::memory_order_relaxed);
  return id;
}

void Head::reserve(SeriesRef ref) {
  constexpr SeriesRef kPlausible = SeriesRef{1} << 62;  // beyond is no reference anybody counted to
  if (ref < kPlausible) next_ref_ = std::max(next_ref_, ref + 1);
}

void Head::free_place(SeriesId id) {
  HeadSeries& series = series_[id];
  labels_.free(const_cast<char*>(series.labels), series.labels_size);
  series = {};
  free_places_.push_back(id);
}

void Head::discard(std::span<const SeriesId> series) {
  for (const SeriesId id : series) {
    by_labels_.erase(hash64(series_[id].packed()), id);
    free_place(id);
  }
  std::sort(free_places_.rbegin(), free_places_.rend());
  series_count_.fetch_sub(series.size(), std::memory_order_relaxed);
}

void Head::publish(std::span<const SeriesId> series) {
  if (series.empty()) return;
  const std::unique_lock lock(index_mutex_);
  for (const SeriesId id : series) index_.add(id, series_[id].packed());
}

void Head::spill_to(Disk& disk, std::string directory) {
  disk_ = &disk;
  spill_directory_ = std::move(directory);
}

ChunkArena& Head::arena_of(std::int64_t min_ms) {
  std::unique_ptr<ChunkArena>& arena = arenas_[range_of(min_ms)];
  if (!arena) {
    arena = std::make_unique<ChunkArena>(disk_, [this]() -> std::string {
      if (disk_ == nullptr) return {};
      char name[16];
      std::snprintf(name, sizeof name, "/%06u", ++files_);
      return spill_directory_ + name;
    });
  }
  return *arena;
}

void Head::drop_open(HeadSeries& series) {
  if (series.has_open_histograms()) {
    delete series.histograms;
    series.open_count = 0;
  } else {
    OpenChunk(series, fragments_).clear();
  }
}

void Head::seal(HeadSeries& series) {
  if (series.has_open_histograms()) {
    sealing_ = series.histograms->bytes();
  } else {
    copy_open_chunk(series, fragments_, sealing_);
  }
  SealedChunk* const chunk = arena_of(series.open_min_ms)
                                 .add(series.ref, {series.open_encoding, series.open_min_ms,
                                                   series.open_max_ms(), sealing_});
  chunk->before = series.sealed;
  series.sealed = chunk;
  drop_open(series);
}

void Head::append_to(HeadSeries& series, Sample sample) {
  if (series.open_count > 0 && (series.open_count >= OpenChunk::kSamplesMax ||
                                series.open_encoding != ChunkEncoding::xor_floats ||
                                range_of(sample.timestamp_ms) != range_of(series.open_min_ms))) {
    seal(series);
  }
  OpenChunk(series, fragments_).append(sample);
}

void Head::append_to(HeadSeries& series, std::int64_t ms, const NativeHistogram& histogram) {
  const ChunkEncoding encoding =
      histogram.is_float ? ChunkEncoding::float_histogram : ChunkEncoding::histogram;
  std::unique_ptr<HistogramChunkWriter> before;
  if (series.open_count > 0) {
    const bool same = series.open_encoding == encoding;
    const bool full = series.open_count >= kHistogramSamplesMax ||
                      (same && series.open_count >= kHistogramSamplesMin &&
                       series.histograms->bytes().size() >= kHistogramBytesMax);
    if (same && !full && range_of(ms) == range_of(series.open_min_ms) &&
        series.histograms->append(ms, histogram) != HistogramChunkWriter::Appended::needs_chunk) {
      ++series.open_count;
      series.open_span_ms = static_cast<std::uint32_t>(ms - series.open_min_ms);
      return;
    }
    // What it ends with tells whether counters were reset.
    if (same) before = std::make_unique<HistogramChunkWriter>(*series.histograms);
    seal(series);
  }
  series.histograms = new HistogramChunkWriter(ms, histogram, before.get());
  series.open_encoding = encoding;
  series.open_min_ms = ms;
  series.open_span_ms = 0;
  series.open_count = 1;
}

void Head::Appender::lock(SeriesId id) {
  std::mutex& stripe = head_.stripe(id);
  if (lock_.mutex() == &stripe) return;
  if (lock_.owns_lock()) lock_.unlock();
  lock_ = std::unique_lock(stripe);
}

void Head::Appender::count(std::int64_t ms) {
  ++samples_;
  min_ms_ = std::min(min_ms_, ms);
  max_ms_ = std::max(max_ms_, ms);
}

void Head::Appender::append(SeriesId id, Sample sample) {
  lock(id);
  HeadSeries& series = head_.series_[id];
  head_.append_to(series, sample);
  series.last_ms = sample.timestamp_ms;
  series.has_last = true;
  count(sample.timestamp_ms);
}

void Head::Appender::append(SeriesId id, std::int64_t ms, const NativeHistogram& histogram) {
  lock(id);
  HeadSeries& series = head_.series_[id];
  head_.append_to(series, ms, histogram);
  series.last_ms = ms;
  series.has_last = true;
  count(ms);
}

void Head::Appender::append_late(SeriesId id, Sample sample) {
  lock(id);
  head_.late_.add(id, sample, kChunkRangeMs, [this](const Chunk& chunk) {
    return head_.arena_of(chunk.min_ms).add_late(chunk);
  });
  head_.series_[id].has_late = true;
  count(sample.timestamp_ms);
}

Head::Appender::~Appender() {
  if (samples_ == 0) return;
  head_.samples_.fetch_add(samples_, std::memory_order_relaxed);
  lower(head_.min_ms_, min_ms_);
  raise(head_.max_ms_, max_ms_);
}

bool Head::truncate_series(SeriesId id, std::int64_t min_ms) {
  HeadSeries& series = series_[id];
  SealedChunk** link = &series.sealed;
  while (*link != nullptr && (*link)->max_ms >= min_ms) link = &(*link)->before;
  *link = nullptr;
  if (series.open_count > 0 && series.open_max_ms() < min_ms) drop_open(series);
  if (series.has_late) series.has_late = !late_.truncate(id, min_ms);
  return series.sealed == nullptr && series.open_count == 0 && !series.has_late;
}

std::size_t Head::truncate(std::int64_t min_ms) {
  reclaim();
  Garbage garbage;
  std::vector<LabelIndex::Gone> gone;
  for (SeriesId id = 0; id < series_.size(); ++id) {
    HeadSeries& series = series_[id];
    if (series.ref == 0) continue;
    const std::lock_guard lock(stripe(id));
    if (truncate_series(id, min_ms)) gone.push_back({id, series.packed()});
  }
  raise(min_ms_, std::min(min_ms, max_ms()));
  for (const LabelIndex::Gone& one : gone) {
    by_labels_.erase(hash64(one.packed_labels), one.id);
    series_[one.id].ref = 0;
    series_[one.id].raw_hash = 0;
    garbage.series.push_back(one.id);
  }
  if (!gone.empty()) {
    const LabelIndex::Removal removal(gone);
    const std::unique_lock lock(index_mutex_);
    index_.remove(removal);
    order_.forget();
  }
  series_count_.fetch_sub(gone.size(), std::memory_order_relaxed);
  while (!arenas_.empty() && (arenas_.begin()->first + 1) * kChunkRangeMs <= min_ms) {
    garbage.arenas.push_back(std::move(arenas_.begin()->second));
    arenas_.erase(arenas_.begin());
  }
  retire(std::move(garbage));
  reclaim();
  return gone.size();
}

void Head::retire(Garbage garbage) {
  auto next = std::make_shared<Generation>(*this);
  std::shared_ptr<Generation> before;
  {
    const std::lock_guard lock(generation_mutex_);
    before = std::exchange(generation_, next);
    before->garbage = std::move(garbage);
    before->next = std::move(next);
  }
}

void Head::reclaim() {
  std::vector<Garbage> all;
  {
    const std::lock_guard lock(generation_mutex_);
    all = std::exchange(reclaimable_, {});
  }
  if (all.empty()) return;
  for (const Garbage& garbage : all) {
    for (const SeriesId id : garbage.series) free_place(id);
  }
  std::sort(free_places_.rbegin(), free_places_.rend());
}

Head::Pin Head::pin() const {
  const std::lock_guard lock(generation_mutex_);
  return generation_;
}

std::vector<SeriesRef> Head::live_refs() const {
  std::vector<SeriesRef> refs;
  refs.reserve(series());
  for (SeriesId id = 0; id < series_.size(); ++id) {
    if (series_[id].ref != 0) refs.push_back(series_[id].ref);
  }
  std::sort(refs.begin(), refs.end());
  return refs;
}

bool Head::overlaps(SeriesId id, std::int64_t min_ms, std::int64_t max_ms) const {
  const HeadSeries& series = series_[id];
  if (series.open_count > 0 && series.open_min_ms <= max_ms && series.open_max_ms() >= min_ms) {
    return true;
  }
  for (const SealedChunk* chunk = series.sealed; chunk != nullptr; chunk = chunk->before) {
    if (chunk->max_ms < min_ms) break;
    if (chunk->min_ms <= max_ms) return true;
  }
  return series.has_late && late_.overlaps(id, min_ms, max_ms);
}

Postings Head::select_unsorted(std::span<const Matcher> matchers, std::int64_t min_ms,
                               std::int64_t max_ms) const {
  Postings found;
  {
    const std::shared_lock lock(index_mutex_);
    found = index_.select(matchers);
  }
  std::unique_lock<std::mutex> lock;
  std::erase_if(found, [&](SeriesId id) {
    std::mutex& wanted = stripe(id);
    if (lock.mutex() != &wanted) {
      if (lock.owns_lock()) lock.unlock();
      lock = std::unique_lock(wanted);
    }
    return !overlaps(id, min_ms, max_ms);
  });
  return found;
}

Postings Head::select(std::span<const Matcher> matchers, std::int64_t min_ms,
                      std::int64_t max_ms) const {
  Postings found = select_unsorted(matchers, min_ms, max_ms);
  order_.sort(
      found, [this](SeriesId id) { return series_[id].packed(); },
      [this] {
        const std::shared_lock reading(index_mutex_);
        return index_.all();
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

bool Head::chunks(SeriesId id, std::int64_t min_ms, std::int64_t max_ms, std::vector<Chunk>& out,
                  ChunkCopies& copies) const {
  const std::size_t first = out.size();
  const HeadSeries& series = series_[id];
  const std::lock_guard lock(stripe(id));
  for (const SealedChunk* chunk = series.sealed; chunk != nullptr; chunk = chunk->before) {
    if (chunk->max_ms < min_ms) break;
    if (chunk->min_ms <= max_ms) out.push_back(chunk->chunk());
  }
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  std::reverse(begin, out.end());
  if (series.open_count > 0 && series.open_min_ms <= max_ms && series.open_max_ms() >= min_ms) {
    if (series.has_open_histograms()) {
      copies.open = series.histograms->bytes();
    } else {
      copy_open_chunk(series, fragments_, copies.open);
    }
    out.push_back({series.open_encoding, series.open_min_ms, series.open_max_ms(), copies.open});
  }
  if (!series.has_late) return false;
  late_.chunks(id, min_ms, max_ms, out, copies.late);
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
            [](const Chunk& a, const Chunk& b) { return a.min_ms < b.min_ms; });
  return true;
}

Result<void> Head::read(SeriesId id, std::int64_t min_ms, std::int64_t max_ms,
                        SeriesSamples& out) const {
  thread_local std::vector<Chunk> found;
  thread_local ChunkCopies copies;
  found.clear();
  const bool may_overlap = chunks(id, min_ms, max_ms, found, copies);
  const auto before = static_cast<std::ptrdiff_t>(out.floats.size());
  for (const Chunk& chunk : found) {
    if (auto done = read_chunk(chunk.encoding, chunk.bytes, min_ms, max_ms, out); !done) {
      return done;
    }
  }
  if (may_overlap) {
    std::sort(out.floats.begin() + before, out.floats.end(),
              [](const Sample& a, const Sample& b) { return a.timestamp_ms < b.timestamp_ms; });
  }
  return {};
}

}  // namespace tributary::tsdb
