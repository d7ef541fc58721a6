// Native histograms of one series for a stretch of time (encodings 2 and 3, hub-spec.md 5.4), bit
// for bit as Prometheus writes them.
//
// The first histogram of a chunk fixes its layout: schema, zero threshold, custom bounds, buckets.
// A later one that has further buckets widens the chunk: all of it is written anew. One that lacks
// buckets which were never used gets them as zeros. What does not fit otherwise begins a chunk:
// other schema, threshold or bounds; a counter that was reset; gauge after counter or counter after
// gauge; anything but another staleness marker after a staleness marker.
//
// The writer takes histograms that check_histogram finds well formed.
//
// Threads: one writer at a time, under the series' lock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/queryable.h"
#include "tsdb/bit_codes.h"
#include "tsdb/bits.h"
#include "tsdb/chunk.h"
#include "tsdb/histogram_layout.h"

namespace tributary::tsdb {

// What a chunk's header says about how its counters relate to the chunk before: the bits on disk.
enum class CounterReset : std::uint8_t { unknown = 0, no = 1, yes = 2, gauge = 3 };

// What both sides know of the sample last written or read.
struct HistogramState {
  // Buckets of one sign.
  struct Side {
    BucketSpans spans;
    std::vector<std::int64_t> deltas;       // integer: between neighbours
    std::vector<std::int64_t> delta_steps;  // and what these changed by from the sample before
    std::vector<XorField> counts;           // float

    void set_buckets(std::size_t count, bool is_float);
  };

  std::int32_t schema = 0;
  double zero_threshold = 0;
  std::vector<double> custom_values;
  Side positive;
  Side negative;

  std::int64_t ms = 0;
  std::int64_t ms_step = 0;
  std::uint64_t total = 0;  // integer: count of observations
  std::int64_t total_step = 0;
  std::uint64_t zero = 0;  // integer: count of the zero bucket
  std::int64_t zero_step = 0;
  XorField total_float;
  XorField zero_float;
  XorField sum;
};

class HistogramChunkWriter {
 public:
  static constexpr unsigned kSamplesMax = 65535;  // the format's; whoever writes cuts far earlier

  enum class Appended : std::uint8_t {
    yes,
    widened,     // as well, but all bytes are new
    needs_chunk  // no: begin a chunk with it
  };

  // Begins a chunk. `before` is the series' chunk before where that has the same encoding.
  HistogramChunkWriter(std::int64_t ms, const NativeHistogram& histogram,
                       const HistogramChunkWriter* before = nullptr);

  // Of the same kind, integer or float, as the first, and later than the last.
  Appended append(std::int64_t ms, const NativeHistogram& histogram);

  ChunkEncoding encoding() const {
    return is_float_ ? ChunkEncoding::float_histogram : ChunkEncoding::histogram;
  }
  bool is_float() const { return is_float_; }
  CounterReset counter_reset() const;
  unsigned count() const { return count_; }
  // Complete after every sample.
  const std::string& bytes() const { return bits_.bytes(); }
  std::string take();  // leaves it unusable but for assignment

 private:
  struct Fit {
    bool fits = false;
    CounterReset reset = CounterReset::no;
    MergedLayout positive;  // left: the chunk, right: the histogram
    MergedLayout negative;
  };

  Fit fit(const NativeHistogram& histogram) const;
  Fit fit_gauge(const NativeHistogram& histogram) const;
  bool same_layout_kind(const NativeHistogram& histogram) const;
  bool was_reset(const NativeHistogram& histogram, const Fit& fit) const;
  void widen(const BucketSpans& positive, const BucketSpans& negative);

  void set_counter_reset(CounterReset reset);
  void write(std::int64_t ms, const NativeHistogram& histogram);
  void write_layout(const NativeHistogram& histogram);
  void write_integers(const NativeHistogram& histogram, bool stale);
  void write_floats(const NativeHistogram& histogram);
  void write_float(XorField& field, double value);

  BitWriter bits_;
  bool is_float_;
  unsigned count_ = 0;
  HistogramState last_;
};

// Walks the samples: `while (reader.next()) use(reader);`, then `status()`.
class HistogramChunkReader {
 public:
  // `encoding` is one of the two of histograms.
  HistogramChunkReader(ChunkEncoding encoding, std::string_view bytes);

  bool next();
  std::int64_t timestamp_ms() const { return at_.ms; }
  // The reset hint is "no" only where the sample before stands in this chunk.
  NativeHistogram histogram() const;
  FloatHistogram float_histogram() const;
  CounterReset counter_reset() const { return reset_; }
  // Corruption where bytes made no sense or ended before the samples that they promise.
  const Result<void>& status() const { return status_; }

 private:
  bool fail(std::string_view what);
  bool read_layout();
  bool read_spans(HistogramState::Side& side);
  bool read_first();
  bool read_next();
  bool stale() const;
  ResetHint hint() const;

  const bool is_float_;
  const std::string_view bytes_;
  BitReader bits_;
  CounterReset reset_ = CounterReset::unknown;
  unsigned left_ = 0;
  unsigned read_ = 0;
  Result<void> status_;
  HistogramState at_;
};

// Appends the samples from `min_ms` to `max_ms` inclusive.
Result<void> read_histogram_chunk(ChunkEncoding encoding, std::string_view bytes,
                                  std::int64_t min_ms, std::int64_t max_ms,
                                  std::vector<HistogramSample>& out);

}  // namespace tributary::tsdb
