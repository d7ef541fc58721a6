// Chunks as head and blocks hand them over: some samples of one series, encoded as in Prometheus'
// chunk files (hub-spec.md 5.2 to 5.4), and streams of them, which compaction and snapshots write
// into blocks.
//
// Threads: a stream is used by one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "model/packed_labels.h"
#include "model/queryable.h"

namespace tributary::tsdb {

// The numbers are those on disk. Others exist and are refused by name: see name_of_encoding.
enum class ChunkEncoding : std::uint8_t {
  xor_floats = 1,
  histogram = 2,
  float_histogram = 3,
};

std::optional<ChunkEncoding> chunk_encoding(std::uint8_t number);
// Prometheus' name, also of those that are not read here ("XOR2 (4)").
std::string name_of_encoding(std::uint8_t number);

struct Chunk {
  ChunkEncoding encoding = ChunkEncoding::xor_floats;
  std::int64_t min_ms = 0;  // of the first sample
  std::int64_t max_ms = 0;  // of the last sample
  std::string_view bytes;   // without length, encoding and checksum
};

// Appends the samples from `min_ms` to `max_ms` inclusive.
Result<void> read_chunk(ChunkEncoding encoding, std::string_view bytes, std::int64_t min_ms,
                        std::int64_t max_ms, SeriesSamples& out);
// The number of samples that the chunk says it has; 0 where it is too short to say.
unsigned chunk_samples(std::string_view bytes);

// Series sorted by labels (model's `compare`), each once, with their chunks that have samples in a
// stretch of time. Whoever makes one says for which time and how long its source must live.
class ChunkSeriesStream {
 public:
  virtual ~ChunkSeriesStream() = default;

  // Moves to the next series, at first to the first; false after the last. Fails where its source
  // is damaged; then it is at its end.
  virtual Result<bool> next() = 0;

  // Both are valid until `next` is called again. Chunks are sorted by min_ms. They may overlap each
  // other, and may reach beyond the time of the stream.
  virtual LabelsView labels() const = 0;
  virtual std::span<const Chunk> chunks() const = 0;
};

}  // namespace tributary::tsdb
