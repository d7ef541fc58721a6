// The integers and strings of Prometheus' TSDB files: fixed ones big-endian, varints as Go's
// encoding/binary has them (LEB128; signed ones zig-zag), strings with a uvarint length in front.
//
// `Decoder` never reads past its bytes: after a short or malformed read `ok()` is false for good,
// and every further read gives zero.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tributary::tsdb {

inline std::uint16_t load_be16(const char* at) {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap16(value);
}
inline std::uint32_t load_be32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}
inline std::uint64_t load_be64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}
inline void store_be16(char* at, std::uint16_t value) {
  value = __builtin_bswap16(value);
  std::memcpy(at, &value, sizeof value);
}
inline void store_be32(char* at, std::uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, sizeof value);
}
inline void store_be64(char* at, std::uint64_t value) {
  value = __builtin_bswap64(value);
  std::memcpy(at, &value, sizeof value);
}

inline constexpr std::size_t kVarintBytesMax = 10;

// Writes at most kVarintBytesMax bytes and returns their end.
inline char* store_uvarint(char* at, std::uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}
inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}
inline char* store_varint(char* at, std::int64_t value) { return store_uvarint(at, zigzag(value)); }

inline void append_be64(std::string& out, std::uint64_t value) {
  char bytes[8];
  store_be64(bytes, value);
  out.append(bytes, sizeof bytes);
}
inline void append_uvarint(std::string& out, std::uint64_t value) {
  char bytes[kVarintBytesMax];
  out.append(bytes, store_uvarint(bytes, value));
}
inline void append_varint(std::string& out, std::int64_t value) {
  append_uvarint(out, zigzag(value));
}
inline void append_string(std::string& out, std::string_view text) {
  append_uvarint(out, text.size());
  out += text;
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint8_t byte() { return need(1) ? static_cast<std::uint8_t>(*at_++) : std::uint8_t{0}; }
  std::uint64_t be64() {
    if (!need(8)) return 0;
    at_ += 8;
    return load_be64(at_ - 8);
  }
  double float64() { return std::bit_cast<double>(be64()); }

  std::uint64_t uvarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (!need(1)) return 0;
      const auto byte = static_cast<std::uint8_t>(*at_++);
      if (shift == 63 && byte > 1) break;  // does not fit 64 bits
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::int64_t varint() { return unzigzag(uvarint()); }

  // A view into the bytes decoded.
  std::string_view string() { return bytes(uvarint()); }
  std::string_view bytes(std::uint64_t size) {
    if (!need(size)) return {};
    at_ += size;
    return {at_ - size, static_cast<std::size_t>(size)};
  }

 private:
  bool need(std::uint64_t size) {
    if (ok_ && size <= left()) return true;
    fail();
    return false;
  }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace tributary::tsdb
