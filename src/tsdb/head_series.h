// A series of the head, in 88 bytes, and the memory of its open chunk: a list of fragments of 64
// bytes, so that a chunk grows without being moved and none of its memory is slack for long.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tsdb/chunk_arena.h"
#include "tsdb/postings.h"
#include "tsdb/stable_array.h"
#include "tsdb/xor_chunk.h"

namespace tributary::tsdb {

class HistogramChunkWriter;

using SeriesRef = std::uint64_t;  // numbers a series in the log; never used twice

struct HeadSeries {
  SeriesRef ref;
  const char* labels;  // packed; never changes
  std::uint32_t labels_size;

  // The writer's alone.
  SeriesId follower;       // came after it when it was last written
  std::uint64_t raw_hash;  // of the bytes that it was last sent as
  std::int64_t last_ms;    // of the newest sample, also while its batch is not yet in the chunk

  // Under the series' stripe lock.
  SealedChunk* sealed;  // the newest
  std::int64_t open_min_ms;
  union {
    double last_value;                 // of floats
    HistogramChunkWriter* histograms;  // of histograms: the open chunk, which the head owns
  };
  std::uint32_t open_span_ms;
  std::uint32_t last_delta_ms;
  std::uint32_t first_fragment;
  std::uint32_t tail_fragment;
  std::uint16_t tail_bits;  // written in the tail
  std::uint8_t open_count;
  std::uint8_t leading;
  std::uint8_t trailing;
  ChunkEncoding open_encoding;  // where there is an open chunk
  bool has_late;                // samples in LateSamples

  // The writer's alone, in a byte that readers do not look at.
  bool has_last : 1;
  std::uint8_t pending : 4;  // type of the record that its batch's newest sample goes into; 0: none

  bool has_open_histograms() const {
    return open_count > 0 && open_encoding != ChunkEncoding::xor_floats;
  }
  std::string_view packed() const { return {labels, labels_size}; }
  std::int64_t open_max_ms() const { return open_min_ms + open_span_ms; }
};
static_assert(sizeof(HeadSeries) == 88);

class FragmentPool {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr unsigned kBytes = 60;
  static constexpr unsigned kBits = kBytes * 8;

  struct Fragment {
    std::uint32_t next;
    unsigned char bytes[kBytes];
  };

  Fragment& operator[](std::uint32_t index) const { return fragments_[index]; }
  // Zeroed, the last of its list.
  std::uint32_t allocate();
  void free_list(std::uint32_t first, std::uint32_t tail);
  std::uint64_t bytes() const { return fragments_.bytes(); }

 private:
  StableArray<Fragment> fragments_;
  std::uint32_t free_ = kNone;
};

// Writes the open chunk of a series, of floats.
class OpenChunk {
 public:
  static constexpr std::size_t kSamplesMax = 120;  // as Prometheus

  OpenChunk(HeadSeries& series, FragmentPool& pool) : series_(series), pool_(pool) {}

  void append(Sample sample);
  void clear();

  // For append_xor.
  void write(std::uint64_t value, unsigned count) {
    if (pending_bits_ + count > 64) flush();
    if (count < 64) value &= (std::uint64_t{1} << count) - 1;
    pending_ = pending_bits_ == 0 ? value : pending_ << count | value;
    pending_bits_ += count;
  }
  void write_uvarint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) write((value & 0x7f) | 0x80, 8);
    write(value, 8);
  }

 private:
  // A sample mostly goes into memory at once: to read back what was just written is slow.
  void flush();

  HeadSeries& series_;
  FragmentPool& pool_;
  std::uint64_t pending_ = 0;
  unsigned pending_bits_ = 0;
};

// Makes `out` the bytes of the open chunk, which has floats.
void copy_open_chunk(const HeadSeries& series, const FragmentPool& pool, std::string& out);

}  // namespace tributary::tsdb
