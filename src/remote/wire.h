// Protobuf's wire format: https://protobuf.dev/programming-guides/encoding.
//
// A WireReader walks over the fields of one message without copying. It never throws: its first
// fault sticks, `next` is false from then on, and values read after it are zero or empty. A caller
// loops over `next`, then asks `fault`.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::remote {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

class WireReader {
 public:
  // `name` of the message is for errors and must outlive the reader.
  WireReader(std::string_view message, std::string_view name) : WireReader(message, name, 0) {}

  // Moves to the next field, past one whose value was not read.
  bool next();
  std::uint32_t field() const { return field_; }
  WireType type() const { return type_; }

  // The value of the field; each may be called once.
  std::uint64_t varint();
  std::int64_t int64() { return static_cast<std::int64_t>(varint()); }
  std::int64_t sint64();
  double float64();
  std::string_view bytes();
  WireReader message(std::string_view name);

  // Without a field in front, as in a packed list.
  bool at_end() const { return at_ >= message_.size() || fault_.has_value(); }
  std::uint64_t packed_varint();
  std::int64_t packed_sint64();
  double packed_float64();

  // The bytes between two places of the message, for callers who keep them.
  std::size_t field_offset() const { return field_offset_; }
  std::size_t offset() const { return at_; }
  std::string_view slice(std::size_t begin, std::size_t end) const {
    return message_.substr(begin, end - begin);
  }

  const std::optional<Error>& fault() const { return fault_; }
  // Makes a fault of the reader's own or of one of its parts.
  void fail(std::string_view problem);
  void adopt_fault(const WireReader& part);

 private:
  WireReader(std::string_view message, std::string_view name, std::size_t base)
      : message_(message), name_(name), base_(base) {}

  bool expect(WireType type);
  void skip();

  std::string_view message_;
  std::string_view name_;
  std::size_t base_;  // where the message begins in the whole body
  std::size_t at_ = 0;
  std::size_t field_offset_ = 0;
  std::uint32_t field_ = 0;
  WireType type_ = WireType::varint;
  bool unread_ = false;
  std::optional<Error> fault_;
};

// Writing appends to a string. Lengths of nested messages come first, so their sizes are worked out
// before.
constexpr std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

void append_varint(std::string& out, std::uint64_t value);
void append_float64(std::string& out, double value);  // little endian, without a tag

// With their tags; all fields here have numbers below 16, or 2 bytes of tag from there on.
void append_varint_field(std::string& out, std::uint32_t field, std::uint64_t value);
void append_float64_field(std::string& out, std::uint32_t field, double value);
void append_bytes_field(std::string& out, std::uint32_t field, std::string_view value);
void append_length(std::string& out, std::uint32_t field, std::size_t length);  // bytes follow

}  // namespace tributary::remote
