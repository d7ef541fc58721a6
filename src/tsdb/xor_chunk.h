// A chunk holds the samples of one series for a stretch of time: timestamps as delta of deltas,
// values XORed with the one before (Gorilla, VLDB 2015, with Prometheus' bit lengths; encoding 1,
// hub-spec.md 5.3).
//
// Threads: one writer at a time, under the series' lock. Sealed bytes never change.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/sample.h"
#include "tsdb/bits.h"

namespace tributary::tsdb {

inline constexpr std::size_t kXorHeaderBytes = 2;  // the number of samples, in front of the bits
inline constexpr std::size_t kXorSampleBytesMax = 20;

// What the next sample of a chunk is written against.
struct XorState {
  std::int64_t last_ms = 0;
  std::uint64_t last_delta = 0;
  double last_value = 0;
  // The window of meaningful bits of the last XOR that set one.
  std::uint8_t leading = 0xff;  // unset
  std::uint8_t trailing = 0;
};

namespace xor_detail {

// Whether a delta of deltas fits `bits`: the ranges are asymmetric, -(2^(n-1)-1) to 2^(n-1), which
// two's complement is not.
inline bool fits(std::int64_t value, unsigned bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return value >= 1 - half && value <= half;
}

struct Bucket {
  unsigned prefix;
  unsigned prefix_bits;
  unsigned bits;
};
inline constexpr Bucket kBuckets[] = {{0b10, 2, 14}, {0b110, 3, 17}, {0b1110, 4, 20}};

template <class Bits>
void append_delta_of_delta(std::int64_t value, Bits& bits) {
  if (value == 0) return bits.write(0, 1);
  for (const Bucket& bucket : kBuckets) {
    if (!fits(value, bucket.bits)) continue;
    const std::uint64_t low =
        static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << bucket.bits) - 1);
    return bits.write(std::uint64_t{bucket.prefix} << bucket.bits | low,
                      bucket.prefix_bits + bucket.bits);
  }
  bits.write(0b1111, 4);
  bits.write(static_cast<std::uint64_t>(value), 64);
}

template <class Bits>
void append_value(XorState& state, double value, Bits& bits) {
  const std::uint64_t x =
      std::bit_cast<std::uint64_t>(value) ^ std::bit_cast<std::uint64_t>(state.last_value);
  if (x == 0) return bits.write(0, 1);
  auto leading = static_cast<std::uint8_t>(std::countl_zero(x));
  const auto trailing = static_cast<std::uint8_t>(std::countr_zero(x));
  if (leading > 31) leading = 31;  // five bits hold no more
  if (state.leading != 0xff && leading >= state.leading && trailing >= state.trailing) {
    bits.write(0b10, 2);
    return bits.write(x >> state.trailing, 64U - state.leading - state.trailing);
  }
  state.leading = leading;
  state.trailing = trailing;
  const unsigned meaningful = 64U - leading - trailing;
  // 11, five bits of `leading`, six of `meaningful`, where 64 becomes 0, which no other length is.
  bits.write(0b11U << 11 | static_cast<unsigned>(leading) << 6 | (meaningful & 63U), 13);
  bits.write(x >> trailing, meaningful);
}

}  // namespace xor_detail

// Writes sample number `count` of a chunk; later than the one before: whoever appends has checked
// it. Any value, NaNs bit for bit. Timestamps wrap around like Go's int64: no difference of two is
// undefined.
template <class Bits>
void append_xor(XorState& state, unsigned count, Sample sample, Bits& bits) {
  const std::uint64_t delta =
      static_cast<std::uint64_t>(sample.timestamp_ms) - static_cast<std::uint64_t>(state.last_ms);
  if (count == 0) {
    bits.write_uvarint(zigzag(sample.timestamp_ms));
    bits.write(std::bit_cast<std::uint64_t>(sample.value), 64);
  } else {
    if (count == 1) {
      bits.write_uvarint(delta);
    } else {
      xor_detail::append_delta_of_delta(static_cast<std::int64_t>(delta - state.last_delta), bits);
    }
    xor_detail::append_value(state, sample.value, bits);
  }
  state.last_ms = sample.timestamp_ms;
  state.last_delta = delta;
  state.last_value = sample.value;
}

class XorChunkWriter {
 public:
  static constexpr unsigned kSamplesMax = 65535;  // the format's; whoever writes cuts far earlier

  XorChunkWriter() : bits_(std::string(kXorHeaderBytes, '\0')) {}

  void append(Sample sample) {
    append_xor(state_, count_, sample, bits_);
    ++count_;
    store_be16(bits_.mutable_bytes().data(), static_cast<std::uint16_t>(count_));
  }

  unsigned count() const { return count_; }
  // Complete after every sample, so that a copy of them can be read while this one grows.
  const std::string& bytes() const { return bits_.bytes(); }
  // Leaves it unusable but for assignment.
  std::string take() { return std::move(bits_.mutable_bytes()); }

 private:
  BitWriter bits_;
  XorState state_;
  unsigned count_ = 0;
};

// Walks the samples: `while (reader.next()) use(reader.sample());`, then `ok()`.
class XorChunkReader {
 public:
  explicit XorChunkReader(std::string_view bytes);

  bool next();
  Sample sample() const { return {last_ms_, std::bit_cast<double>(last_bits_)}; }
  unsigned left() const { return left_; }
  // False where the bytes ended before the samples that they promise.
  bool ok() const { return ok_; }

 private:
  bool read_first();
  std::uint64_t read_delta_of_delta();
  bool read_value();

  BitReader bits_;
  unsigned left_ = 0;
  unsigned read_ = 0;
  bool ok_ = true;
  std::int64_t last_ms_ = 0;
  std::uint64_t last_delta_ = 0;
  std::uint64_t last_bits_ = 0;
  unsigned leading_ = 0;
  unsigned trailing_ = 0;
};

// Appends the samples from `min_ms` to `max_ms` inclusive.
Result<void> read_xor_chunk(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                            std::vector<Sample>& out);

}  // namespace tributary::tsdb
