#include "tsdb/chunk_rewriter.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "tsdb/histogram_chunk.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

Result<void> ChunkRewriter::read(const Chunk& chunk, Interval kept,
                                 std::span<const Interval> deleted) {
  const auto wanted = [&](std::int64_t ms) {
    return ms >= kept.min_ms && ms <= kept.max_ms && !contains(deleted, ms);
  };
  if (chunk.encoding == ChunkEncoding::xor_floats) {
    std::vector<Sample> floats;
    if (auto done = read_xor_chunk(chunk.bytes, kept.min_ms, kept.max_ms, floats); !done) {
      return done;
    }
    for (const Sample& sample : floats) {
      if (wanted(sample.timestamp_ms)) {
        samples_.push_back({.ms = sample.timestamp_ms, .value = sample.value});
      }
    }
    return {};
  }
  HistogramChunkReader reader(chunk.encoding, chunk.bytes);
  while (reader.next()) {
    if (!wanted(reader.timestamp_ms())) continue;
    samples_.push_back({.ms = reader.timestamp_ms(), .histogram = histograms_.size()});
    histograms_.push_back(reader.histogram());
  }
  return reader.status();
}

Result<void> ChunkRewriter::rewrite(std::span<const Chunk> chunks, Interval kept,
                                    std::span<const Interval> deleted, std::vector<Chunk>& out) {
  samples_.clear();
  histograms_.clear();
  for (const Chunk& chunk : chunks) {
    if (auto done = read(chunk, kept, deleted); !done) return done;
  }
  const auto earlier = [](const StoredSample& a, const StoredSample& b) { return a.ms < b.ms; };
  if (!std::is_sorted(samples_.begin(), samples_.end(), earlier)) {
    std::stable_sort(samples_.begin(), samples_.end(), earlier);
  }
  const auto repeated =
      std::unique(samples_.begin(), samples_.end(),
                  [](const StoredSample& a, const StoredSample& b) { return a.ms == b.ms; });
  samples_.erase(repeated, samples_.end());
  for (std::size_t at = 0; at < samples_.size();) {
    at = samples_[at].histogram == SIZE_MAX ? write_floats(at, out) : write_histograms(at, out);
  }
  return {};
}

Result<void> ChunkRewriter::join_short(std::vector<Chunk>& chunks) {
  const auto floats = [](const Chunk& chunk) {
    return chunk.encoding == ChunkEncoding::xor_floats ? chunk_samples(chunk.bytes) : kFloatsMax;
  };
  joined_.clear();
  bool changed = false;
  for (std::size_t from = 0; from < chunks.size();) {
    unsigned together = floats(chunks[from]);
    std::size_t to = from + 1;
    while (to < chunks.size() && together + floats(chunks[to]) <= kFloatsMax) {
      together += floats(chunks[to++]);
    }
    if (to == from + 1) {
      joined_.push_back(chunks[from]);
    } else {
      changed = true;
      auto done =
          rewrite(std::span(chunks).subspan(from, to - from), {INT64_MIN, INT64_MAX}, {}, joined_);
      if (!done) return done;
    }
    from = to;
  }
  if (changed) chunks.swap(joined_);
  return {};
}

void ChunkRewriter::emit(ChunkEncoding encoding, std::size_t from, std::size_t to,
                         std::string bytes, std::vector<Chunk>& out) {
  bytes_.push_back(std::move(bytes));
  out.push_back({encoding, samples_[from].ms, samples_[to - 1].ms, bytes_.back()});
}

std::size_t ChunkRewriter::write_floats(std::size_t from, std::vector<Chunk>& out) {
  XorChunkWriter writer;
  std::size_t to = from;
  for (; to < samples_.size() && to - from < kFloatsMax; ++to) {
    if (samples_[to].histogram != SIZE_MAX) break;
    writer.append({samples_[to].ms, samples_[to].value});
  }
  emit(ChunkEncoding::xor_floats, from, to, writer.take(), out);
  return to;
}

// All that follow each other, so that each chunk knows the one before.
std::size_t ChunkRewriter::write_histograms(std::size_t from, std::vector<Chunk>& out) {
  std::unique_ptr<HistogramChunkWriter> before;
  while (from < samples_.size() && samples_[from].histogram != SIZE_MAX) {
    const NativeHistogram& first = histograms_[samples_[from].histogram];
    auto writer = std::make_unique<HistogramChunkWriter>(samples_[from].ms, first, before.get());
    std::size_t to = from + 1;
    for (; to < samples_.size() && to - from < kHistogramsMax; ++to) {
      if (samples_[to].histogram == SIZE_MAX) break;
      const NativeHistogram& histogram = histograms_[samples_[to].histogram];
      if (histogram.is_float != first.is_float || writer->append(samples_[to].ms, histogram) ==
                                                      HistogramChunkWriter::Appended::needs_chunk) {
        break;
      }
    }
    emit(writer->encoding(), from, to, writer->bytes(), out);
    before = std::move(writer);
    from = to;
  }
  return from;
}

}  // namespace tributary::tsdb
