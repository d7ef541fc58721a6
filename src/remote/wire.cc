#include "remote/wire.h"

#include <array>
#include <cstring>

namespace tributary::remote {
namespace {

constexpr std::uint32_t kFieldMax = (1U << 29) - 1;
constexpr int kVarintBytesMax = 10;

void append_tag(std::string& out, std::uint32_t field, WireType type) {
  append_varint(out, (field << 3) | static_cast<std::uint32_t>(type));
}

}  // namespace

bool WireReader::next() {
  if (unread_) skip();
  if (at_end()) return false;
  field_offset_ = at_;
  const std::uint64_t tag = packed_varint();
  if (fault_) return false;
  const std::uint64_t number = tag >> 3;
  const auto type = static_cast<std::uint8_t>(tag & 7);
  field_ = static_cast<std::uint32_t>(number);
  type_ = static_cast<WireType>(type);
  if (number == 0 || number > kFieldMax) {
    fail("there is no field " + std::to_string(number));
  } else if (type == 3 || type == 4 || type > 5) {
    fail("wire type " + std::to_string(type) + ", want 0, 1, 2 or 5");
  } else {
    unread_ = true;
  }
  return !fault_;
}

bool WireReader::expect(WireType type) {
  if (fault_) return false;
  if (type_ != type) {
    fail("wire type " + std::to_string(static_cast<int>(type_)) + ", want " +
         std::to_string(static_cast<int>(type)));
    return false;
  }
  unread_ = false;
  return true;
}

void WireReader::skip() {
  constexpr std::size_t kFixed64 = 8, kFixed32 = 4;
  switch (type_) {
    case WireType::varint: varint(); return;
    case WireType::bytes: bytes(); return;
    case WireType::fixed64:
    case WireType::fixed32: {
      unread_ = false;
      const std::size_t size = type_ == WireType::fixed64 ? kFixed64 : kFixed32;
      if (message_.size() - at_ < size) return fail("a number is cut off");
      at_ += size;
    }
  }
}

std::uint64_t WireReader::varint() { return expect(WireType::varint) ? packed_varint() : 0; }

std::int64_t WireReader::sint64() { return unzigzag(varint()); }

double WireReader::float64() { return expect(WireType::fixed64) ? packed_float64() : 0; }

std::string_view WireReader::bytes() {
  if (!expect(WireType::bytes)) return {};
  const std::uint64_t length = packed_varint();
  if (fault_) return {};
  const std::size_t left = message_.size() - at_;
  if (length > left) {
    fail("length " + std::to_string(length) + ", but only " + std::to_string(left) +
         " bytes are left");
    return {};
  }
  const std::string_view value = message_.substr(at_, length);
  at_ += value.size();
  return value;
}

WireReader WireReader::message(std::string_view name) {
  const std::string_view value = bytes();
  return WireReader(value, name, base_ + at_ - value.size());
}

std::uint64_t WireReader::packed_varint() {
  std::uint64_t value = 0;
  for (int i = 0; i < kVarintBytesMax; ++i) {
    if (at_ >= message_.size()) {
      fail("a number is cut off");
      return 0;
    }
    const auto byte = static_cast<std::uint8_t>(message_[at_++]);
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) return value;
  }
  fail("a number of more than 10 bytes");
  return 0;
}

std::int64_t WireReader::packed_sint64() { return unzigzag(packed_varint()); }

double WireReader::packed_float64() {
  std::uint64_t bits = 0;
  if (message_.size() - at_ < sizeof bits) {
    fail("a number is cut off");
    return 0;
  }
  std::memcpy(&bits, message_.data() + at_, sizeof bits);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  at_ += sizeof bits;
  return std::bit_cast<double>(bits);
}

void WireReader::fail(std::string_view problem) {
  if (fault_) return;
  fault_ = Error(Code::invalid_argument, "byte " + std::to_string(base_ + field_offset_) +
                                             ", field " + std::to_string(field_) + " of " +
                                             std::string(name_) + ": " + std::string(problem));
}

void WireReader::adopt_fault(const WireReader& part) {
  if (!fault_) fault_ = part.fault_;
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void append_float64(std::string& out, double value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  std::array<char, sizeof bits> bytes;
  std::memcpy(bytes.data(), &bits, sizeof bits);
  out.append(bytes.data(), bytes.size());
}

void append_varint_field(std::string& out, std::uint32_t field, std::uint64_t value) {
  append_tag(out, field, WireType::varint);
  append_varint(out, value);
}

void append_float64_field(std::string& out, std::uint32_t field, double value) {
  append_tag(out, field, WireType::fixed64);
  append_float64(out, value);
}

void append_bytes_field(std::string& out, std::uint32_t field, std::string_view value) {
  append_length(out, field, value.size());
  out.append(value);
}

void append_length(std::string& out, std::uint32_t field, std::size_t length) {
  append_tag(out, field, WireType::bytes);
  append_varint(out, length);
}

}  // namespace tributary::remote
