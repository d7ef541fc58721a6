#include "tsdb/xor_chunk.h"

#include <bit>

#include "tsdb/encoding.h"

namespace tributary::tsdb {
namespace {

constexpr std::size_t kCountBytes = 2;

// Timestamps wrap around like Go's int64: no difference of two is undefined here.
std::int64_t wrapped(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Whether a delta of deltas fits `bits`: the ranges are asymmetric, -(2^(n-1)-1) to 2^(n-1), which
// two's complement is not.
bool fits(std::int64_t value, unsigned bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return value >= 1 - half && value <= half;
}

struct Bucket {
  unsigned prefix;
  unsigned prefix_bits;
  unsigned bits;
};
constexpr Bucket kBuckets[] = {{0b10, 2, 14}, {0b110, 3, 17}, {0b1110, 4, 20}};

}  // namespace

XorChunkWriter::XorChunkWriter() : bits_(std::string(kCountBytes, '\0')) {}

std::string XorChunkWriter::take() { return std::move(bits_.mutable_bytes()); }

void XorChunkWriter::append(Sample sample) {
  const std::uint64_t delta =
      static_cast<std::uint64_t>(sample.timestamp_ms) - static_cast<std::uint64_t>(last_ms_);
  if (count_ == 0) {
    bits_.write_uvarint(zigzag(sample.timestamp_ms));
    bits_.write(std::bit_cast<std::uint64_t>(sample.value), 64);
  } else if (count_ == 1) {
    bits_.write_uvarint(delta);
    write_value(sample.value);
  } else {
    const std::int64_t dod = wrapped(delta - last_delta_);
    if (dod == 0) {
      bits_.write(0, 1);
    } else {
      bool written = false;
      for (const Bucket& bucket : kBuckets) {
        if (!fits(dod, bucket.bits)) continue;
        bits_.write(bucket.prefix, bucket.prefix_bits);
        bits_.write(static_cast<std::uint64_t>(dod), bucket.bits);
        written = true;
        break;
      }
      if (!written) {
        bits_.write(0b1111, 4);
        bits_.write(static_cast<std::uint64_t>(dod), 64);
      }
    }
    write_value(sample.value);
  }
  last_ms_ = sample.timestamp_ms;
  last_delta_ = delta;
  last_value_ = sample.value;
  ++count_;
  store_be16(bits_.mutable_bytes().data(), static_cast<std::uint16_t>(count_));
}

void XorChunkWriter::write_value(double value) {
  const std::uint64_t x =
      std::bit_cast<std::uint64_t>(value) ^ std::bit_cast<std::uint64_t>(last_value_);
  if (x == 0) {
    bits_.write(0, 1);
    return;
  }
  auto leading = static_cast<std::uint8_t>(std::countl_zero(x));
  const auto trailing = static_cast<std::uint8_t>(std::countr_zero(x));
  if (leading > 31) leading = 31;  // five bits hold no more
  if (leading_ != 0xff && leading >= leading_ && trailing >= trailing_) {
    bits_.write(0b10, 2);
    bits_.write(x >> trailing_, 64U - leading_ - trailing_);
    return;
  }
  leading_ = leading;
  trailing_ = trailing;
  const unsigned meaningful = 64U - leading - trailing;
  bits_.write(0b11, 2);
  bits_.write(leading, 5);
  bits_.write(meaningful, 6);  // 64 becomes 0, which no other length is
  bits_.write(x >> trailing, meaningful);
}

XorChunkReader::XorChunkReader(std::string_view bytes)
    : bits_(bytes.size() < kCountBytes ? std::string_view() : bytes.substr(kCountBytes)) {
  if (bytes.size() < kCountBytes) {
    ok_ = false;
  } else {
    left_ = load_be16(bytes.data());
  }
}

std::int64_t XorChunkReader::read_delta_of_delta() {
  if (!bits_.bit()) return 0;
  for (const Bucket& bucket : kBuckets) {
    if (bits_.bit()) continue;
    const auto value = static_cast<std::int64_t>(bits_.read(bucket.bits));
    const std::int64_t half = std::int64_t{1} << (bucket.bits - 1);
    return value > half ? value - 2 * half : value;
  }
  return wrapped(bits_.read(64));
}

bool XorChunkReader::read_value() {
  if (!bits_.bit()) return bits_.ok();
  if (bits_.bit()) {
    leading_ = static_cast<unsigned>(bits_.read(5));
    auto meaningful = static_cast<unsigned>(bits_.read(6));
    if (meaningful == 0) meaningful = 64;
    if (leading_ + meaningful > 64) return false;
    trailing_ = 64 - leading_ - meaningful;
  }
  const std::uint64_t x = bits_.read(64 - leading_ - trailing_) << trailing_;
  last_value_ = std::bit_cast<double>(std::bit_cast<std::uint64_t>(last_value_) ^ x);
  return bits_.ok();
}

bool XorChunkReader::next() {
  if (!ok_ || left_ == 0) return false;
  if (read_ == 0) {
    last_ms_ = unzigzag(bits_.read_uvarint());
    last_value_ = std::bit_cast<double>(bits_.read(64));
    ok_ = bits_.ok();
  } else {
    last_delta_ = read_ == 1 ? bits_.read_uvarint()
                             : last_delta_ + static_cast<std::uint64_t>(read_delta_of_delta());
    last_ms_ = wrapped(static_cast<std::uint64_t>(last_ms_) + last_delta_);
    ok_ = read_value() && bits_.ok();
  }
  --left_;
  ++read_;
  return ok_;
}

Result<void> read_xor_chunk(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                            std::vector<Sample>& out) {
  XorChunkReader reader(bytes);
  while (reader.next()) {
    const Sample sample = reader.sample();
    if (sample.timestamp_ms > max_ms) return {};
    if (sample.timestamp_ms >= min_ms) out.push_back(sample);
  }
  if (!reader.ok()) {
    return Error(Code::corruption, "XOR chunk of " + std::to_string(bytes.size()) +
                                       " bytes ends before its last sample");
  }
  return {};
}

}  // namespace tributary::tsdb
