// Streams of bits, the most significant first, as Prometheus' chunks have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tsdb/encoding.h"

namespace tributary::tsdb {

class BitWriter {
 public:
  // Appends after `bytes`; whole bytes so far.
  explicit BitWriter(std::string bytes = {}) : bytes_(std::move(bytes)) {}

  // The lowest `count` bits (at most 64) of `value`.
  void write(std::uint64_t value, unsigned count) {
    while (count > 0) {
      if (free_ == 0) {
        bytes_.push_back('\0');
        free_ = 8;
      }
      const unsigned take = count < free_ ? count : free_;
      count -= take;
      const auto part = static_cast<unsigned>(value >> count) & ((1U << take) - 1U);
      free_ -= take;
      bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) |
                                        static_cast<unsigned char>(part << free_));
    }
  }
  // LEB128, byte after byte into the stream, which need not stand at a byte's border.
  void write_uvarint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) write((value & 0x7f) | 0x80, 8);
    write(value, 8);
  }

  // So far; the last byte padded with zeros.
  const std::string& bytes() const { return bytes_; }
  std::string& mutable_bytes() { return bytes_; }

 private:
  std::string bytes_;
  unsigned free_ = 0;  // bits of the last byte not yet written
};

// Holds up to 64 bits ahead in a register, filled eight bytes at a time.
class BitReader {
 public:
  // As many bits as `ensure` promises.
  static constexpr unsigned kAhead = 56;

  explicit BitReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // After a read past the end: false for good, and reads give zero.
  bool ok() const { return have_ >= 0; }

  std::uint64_t read(unsigned count) {
    if (count > kAhead) {
      const std::uint64_t high = read(count - 32);
      return high << 32 | read(32);
    }
    if (have_ < static_cast<int>(count)) {
      refill();
      if (have_ < static_cast<int>(count)) return fail();
    }
    return take(count);
  }
  bool bit() { return read(1) != 0; }

  std::uint64_t read_uvarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = read(8);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }

  // For decoders that look ahead: after `ensure`, up to kAhead bits are in `ahead`, from the top,
  // and may be taken. Past the end they are zeros, and taking them ends `ok`.
  void ensure() {
    if (have_ < static_cast<int>(kAhead)) refill();
  }
  std::uint64_t ahead() const { return window_; }
  std::uint64_t take(unsigned count) {
    const std::uint64_t value = (window_ >> 1) >> (63 - count);
    window_ <<= count;
    have_ -= static_cast<int>(count);
    return value;
  }

 private:
  void refill() {
    if (have_ < 0) return;
    if (end_ - at_ >= 8) {
      // Bits beyond `have_` may be there already; they are the same.
      window_ |= load_be64(at_) >> have_;
      at_ += (63 - have_) >> 3;
      have_ |= kAhead;
      return;
    }
    for (; have_ <= static_cast<int>(kAhead) && at_ < end_; ++at_, have_ += 8) {
      window_ |= std::uint64_t{static_cast<unsigned char>(*at_)} << (56 - have_);
    }
  }
  std::uint64_t fail() {
    window_ = 0;
    have_ = -1;
    return 0;
  }

  const char* at_;
  const char* end_;
  std::uint64_t window_ = 0;
  int have_ = 0;
};

}  // namespace tributary::tsdb
