#include "tsdb/xor_chunk.h"

#include <algorithm>

#include "tsdb/encoding.h"

namespace tributary::tsdb {

XorChunkReader::XorChunkReader(std::string_view bytes)
    : bits_(bytes.size() < kXorHeaderBytes ? std::string_view() : bytes.substr(kXorHeaderBytes)) {
  if (bytes.size() < kXorHeaderBytes) {
    ok_ = false;
  } else {
    left_ = load_be16(bytes.data());
  }
}

bool XorChunkReader::read_first() {
  last_ms_ = unzigzag(bits_.read_uvarint());
  last_bits_ = bits_.read(64);
  return bits_.ok();
}

inline std::uint64_t XorChunkReader::read_delta_of_delta() {
  const auto ones = static_cast<unsigned>(std::countl_one(bits_.ahead()));
  if (ones == 0) {
    bits_.take(1);
    return 0;
  }
  if (ones > std::size(xor_detail::kBuckets)) {
    bits_.take(4);
    const std::uint64_t value = bits_.read(64);
    bits_.ensure();
    return value;
  }
  const unsigned size = xor_detail::kBuckets[ones - 1].bits;
  const std::uint64_t half = std::uint64_t{1} << (size - 1);
  const std::uint64_t value = bits_.take(ones + 1 + size) & (2 * half - 1);
  return value > half ? value - 2 * half : value;
}

inline bool XorChunkReader::read_value() {
  const std::uint64_t ahead = bits_.ahead();
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
  if ((ahead & kTop) == 0) {
    bits_.take(1);
    return bits_.ok();
  }
  if ((ahead & kTop >> 1) != 0) {
    const std::uint64_t window = bits_.take(13);
    leading_ = static_cast<unsigned>(window >> 6) & 31U;
    auto meaningful = static_cast<unsigned>(window) & 63U;
    if (meaningful == 0) meaningful = 64;
    if (leading_ + meaningful > 64) return false;
    trailing_ = 64 - leading_ - meaningful;
  } else {
    bits_.take(2);
  }
  last_bits_ ^= bits_.read(64 - leading_ - trailing_) << trailing_;
  return bits_.ok();
}

bool XorChunkReader::next() {
  if (!ok_ || left_ == 0) return false;
  if (read_ == 0) {
    ok_ = read_first();
  } else {
    if (read_ == 1) {
      last_delta_ = bits_.read_uvarint();
      bits_.ensure();
    } else {
      bits_.ensure();  // 24 bits at most of a time, 13 in front of a value
      last_delta_ += read_delta_of_delta();
    }
    last_ms_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(last_ms_) + last_delta_);
    ok_ = read_value();
  }
  --left_;
  ++read_;
  return ok_;
}

Result<void> read_xor_chunk(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                            std::vector<Sample>& out) {
  XorChunkReader reader(bytes);
  // Bytes that lie about their number do not take memory: a sample has two bits.
  const std::size_t needed = out.size() + std::min<std::size_t>(reader.left(), bytes.size() * 4);
  if (needed > out.capacity()) out.reserve(std::max(needed, out.capacity() * 2));
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
