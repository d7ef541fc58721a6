// A chunk holds the samples of one series for a stretch of time: timestamps as delta of deltas,
// values XORed with the one before (Gorilla, VLDB 2015, with Prometheus' bit lengths; encoding 1,
// hub-spec.md 5.3).
//
// Threads: one writer at a time, under the series' lock. Sealed bytes never change.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/sample.h"
#include "tsdb/bits.h"

namespace tributary::tsdb {

class XorChunkWriter {
 public:
  static constexpr unsigned kSamplesMax = 65535;  // the format's; whoever writes cuts far earlier

  XorChunkWriter();

  // Later than the last one: whoever appends has checked it. Any value, NaNs bit for bit.
  void append(Sample sample);

  unsigned count() const { return count_; }
  // Complete after every sample, so that a copy of them can be read while this one grows.
  const std::string& bytes() const { return bits_.bytes(); }
  std::string take();  // leaves it unusable but for assignment

 private:
  void write_value(double value);

  BitWriter bits_;
  unsigned count_ = 0;
  std::int64_t last_ms_ = 0;
  std::uint64_t last_delta_ = 0;
  double last_value_ = 0;
  // The window of meaningful bits of the last XOR that set one.
  std::uint8_t leading_ = 0xff;  // unset
  std::uint8_t trailing_ = 0;
};

// Walks the samples: `while (reader.next()) use(reader.sample());`, then `ok()`.
class XorChunkReader {
 public:
  explicit XorChunkReader(std::string_view bytes);

  bool next();
  Sample sample() const { return {last_ms_, last_value_}; }
  // False where the bytes ended before the samples that they promise.
  bool ok() const { return ok_; }

 private:
  std::int64_t read_delta_of_delta();
  bool read_value();

  BitReader bits_;
  unsigned left_ = 0;
  unsigned read_ = 0;
  bool ok_ = true;
  std::int64_t last_ms_ = 0;
  std::uint64_t last_delta_ = 0;
  double last_value_ = 0;
  unsigned leading_ = 0;
  unsigned trailing_ = 0;
};

// Appends the samples from `min_ms` to `max_ms` inclusive.
Result<void> read_xor_chunk(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                            std::vector<Sample>& out);

}  // namespace tributary::tsdb
