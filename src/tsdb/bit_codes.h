// The two codes of numbers in histogram chunks (hub-spec.md 5.4): varbits, short for small
// integers, and floats XORed with the one before.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "tsdb/bits.h"

namespace tributary::tsdb {

namespace bit_codes {
// After n ones and a zero come kSizes[n] bits; after eight ones 64.
inline constexpr std::array<unsigned, 8> kSizes = {0, 3, 6, 9, 12, 18, 25, 56};

inline void write_sized(BitWriter& bits, std::size_t size_class, std::uint64_t value) {
  if (size_class == kSizes.size()) {
    bits.write(0xff, 8);
    bits.write(value, 64);
    return;
  }
  bits.write((std::uint64_t{1} << (size_class + 1)) - 2, static_cast<unsigned>(size_class) + 1);
  bits.write(value, kSizes[size_class]);
}

inline std::size_t read_size_class(BitReader& bits) {
  std::size_t ones = 0;
  while (ones < kSizes.size() && bits.bit()) ++ones;
  return ones;
}
}  // namespace bit_codes

inline void write_varbit_uint(BitWriter& bits, std::uint64_t value) {
  std::size_t size_class = 0;
  while (size_class < bit_codes::kSizes.size() && value >> bit_codes::kSizes[size_class] != 0) {
    ++size_class;
  }
  bit_codes::write_sized(bits, size_class, value);
}

// With n bits go -(2^(n-1)-1) to 2^(n-1), which two's complement is not.
inline void write_varbit_int(BitWriter& bits, std::int64_t value) {
  std::size_t size_class = 0;
  if (value != 0) {
    for (size_class = 1; size_class < bit_codes::kSizes.size(); ++size_class) {
      const std::int64_t half = std::int64_t{1} << (bit_codes::kSizes[size_class] - 1);
      if (value > -half && value <= half) break;
    }
  }
  bit_codes::write_sized(bits, size_class, static_cast<std::uint64_t>(value));
}

inline std::uint64_t read_varbit_uint(BitReader& bits) {
  const std::size_t size_class = bit_codes::read_size_class(bits);
  if (size_class == 0) return 0;
  return bits.read(size_class == bit_codes::kSizes.size() ? 64 : bit_codes::kSizes[size_class]);
}

inline std::int64_t read_varbit_int(BitReader& bits) {
  const std::size_t size_class = bit_codes::read_size_class(bits);
  if (size_class == 0) return 0;
  if (size_class == bit_codes::kSizes.size()) return static_cast<std::int64_t>(bits.read(64));
  const unsigned size = bit_codes::kSizes[size_class];
  const auto value = static_cast<std::int64_t>(bits.read(size));
  return value > std::int64_t{1} << (size - 1) ? value - (std::int64_t{1} << size) : value;
}

// A float field: its last value and the window of meaningful bits of the last XOR that set one.
class XorField {
 public:
  double value() const { return value_; }

  void write_first(BitWriter& bits, double value) {
    value_ = value;
    bits.write(std::bit_cast<std::uint64_t>(value), 64);
  }
  void write(BitWriter& bits, double value) {
    const std::uint64_t x =
        std::bit_cast<std::uint64_t>(value) ^ std::bit_cast<std::uint64_t>(value_);
    value_ = value;
    if (x == 0) return bits.write(0, 1);
    const auto leading = static_cast<std::uint8_t>(std::min(std::countl_zero(x), 31));
    const auto trailing = static_cast<std::uint8_t>(std::countr_zero(x));
    if (leading_ != kUnset && leading >= leading_ && trailing >= trailing_) {
      bits.write(0b10, 2);
      return bits.write(x >> trailing_, 64U - leading_ - trailing_);
    }
    leading_ = leading;
    trailing_ = trailing;
    const unsigned meaningful = 64U - leading - trailing;
    bits.write(0b11, 2);
    bits.write(leading, 5);
    bits.write(meaningful, 6);  // 64 becomes 0, which no other length is
    bits.write(x >> trailing, meaningful);
  }

  void read_first(BitReader& bits) { value_ = std::bit_cast<double>(bits.read(64)); }
  // False where the bits make no sense; whether they ended, `bits` says.
  bool read(BitReader& bits) {
    if (!bits.bit()) return true;
    if (bits.bit()) {
      leading_ = static_cast<std::uint8_t>(bits.read(5));
      auto meaningful = static_cast<unsigned>(bits.read(6));
      if (meaningful == 0) meaningful = 64;
      if (leading_ + meaningful > 64) return false;
      trailing_ = static_cast<std::uint8_t>(64 - leading_ - meaningful);
    } else if (leading_ == kUnset) {
      return false;
    }
    const std::uint64_t x = bits.read(64U - leading_ - trailing_) << trailing_;
    value_ = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value_) ^ x);
    return true;
  }

 private:
  static constexpr std::uint8_t kUnset = 0xff;

  double value_ = 0;
  std::uint8_t leading_ = kUnset;
  std::uint8_t trailing_ = 0;
};

}  // namespace tributary::tsdb
