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
    for (; value >= 0x80; value >>= 7) write(value | 0x80, 8);
    write(value, 8);
  }

  // So far; the last byte padded with zeros.
  const std::string& bytes() const { return bytes_; }
  std::string& mutable_bytes() { return bytes_; }

 private:
  std::string bytes_;
  unsigned free_ = 0;  // bits of the last byte not yet written
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  // After a read past the end: false for good, and reads give zero.
  bool ok() const { return ok_; }

  std::uint64_t read(unsigned count) {
    if (count > bytes_.size() * 8 - at_bit_) {
      ok_ = false;
      at_bit_ = bytes_.size() * 8;
      return 0;
    }
    const std::size_t byte_index = at_bit_ >> 3;
    const unsigned shift = static_cast<unsigned>(at_bit_ & 7);
    if (byte_index + 8 <= bytes_.size() && count > 0 && shift + count <= 64) {
      at_bit_ += count;
      return (load_be64(bytes_.data() + byte_index) << shift) >> (64 - count);
    }
    return read_slowly(count);
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
    ok_ = false;
    return 0;
  }

 private:
  std::uint64_t read_slowly(unsigned count) {
    std::uint64_t value = 0;
    while (count > 0) {
      const unsigned offset = static_cast<unsigned>(at_bit_ & 7);
      const unsigned take = count < 8 - offset ? count : 8 - offset;
      const unsigned byte = static_cast<unsigned char>(bytes_[at_bit_ >> 3]);
      value = (value << take) | ((byte >> (8 - offset - take)) & ((1U << take) - 1U));
      at_bit_ += take;
      count -= take;
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t at_bit_ = 0;
  bool ok_ = true;
};

}  // namespace tributary::tsdb
