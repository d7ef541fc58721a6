#include "tsdb/xor_chunk.h"

#include <algorithm>
#include <cstring>
#include <iterator>

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

namespace {

// Chunks as heads write them fit; the others take the plain reader.
constexpr std::size_t kQuickBytesMax = 4096;
// What one sample may read beyond the end before that is noticed.
constexpr std::size_t kPadding = 48;

// Bits with kPadding zeros behind their end, which whoever reads looks after. All of it is inlined,
// so that it lives in registers.
class QuickBits {
 public:
  explicit QuickBits(const char* at) : at_(at) {}

  // Afterwards there are BitReader::kAhead bits at least.
  [[gnu::always_inline]] void refill() {
    window_ |= load_be64(at_) >> have_;
    at_ += (63 - have_) >> 3;
    have_ |= BitReader::kAhead;
  }
  [[gnu::always_inline]] std::uint64_t ahead() const { return window_; }
  [[gnu::always_inline]] std::uint64_t take(unsigned bits) {
    const std::uint64_t value = (window_ >> 1) >> (63 - bits);
    window_ <<= bits;
    have_ -= bits;
    return value;
  }
  [[gnu::always_inline]] std::uint64_t take_many(unsigned bits) {
    if (have_ < bits) refill();
    if (bits <= BitReader::kAhead) return take(bits);
    const std::uint64_t high = take(32);
    refill();
    return high << (bits - 32) | take(bits - 32);
  }
  // False where it does not fit 64 bits.
  bool take_uvarint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = take_many(8);
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  // The end of what was taken, in whole bytes.
  [[gnu::always_inline]] const char* end_taken() const { return at_ - have_ / 8; }

 private:
  const char* at_;
  std::uint64_t window_ = 0;
  unsigned have_ = 0;
};

// After a refill.
[[gnu::always_inline]] inline std::uint64_t take_delta_of_delta(QuickBits& bits) {
  const auto ones = static_cast<unsigned>(std::countl_one(bits.ahead()));
  if (ones == 0) {
    bits.take(1);
    return 0;
  }
  if (ones > std::size(xor_detail::kBuckets)) {
    bits.take(4);
    const std::uint64_t value = bits.take_many(64);
    bits.refill();
    return value;
  }
  const unsigned size = xor_detail::kBuckets[ones - 1].bits;
  const std::uint64_t half = std::uint64_t{1} << (size - 1);
  const std::uint64_t value = bits.take(ones + 1 + size) & (2 * half - 1);
  return value > half ? value - 2 * half : value;
}

struct Window {
  unsigned leading = 0;
  unsigned trailing = 0;
};

// False where the bits make no sense.
[[gnu::always_inline]] inline bool take_value(QuickBits& bits, Window& window,
                                              std::uint64_t& value) {
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
  const std::uint64_t ahead = bits.ahead();
  if ((ahead & kTop) == 0) {
    bits.take(1);
    return true;
  }
  if ((ahead & kTop >> 1) != 0) {
    const auto code = static_cast<unsigned>(bits.take(13));
    window.leading = code >> 6 & 31U;
    const unsigned meaningful = (code & 63U) == 0 ? 64 : code & 63U;
    if (window.leading + meaningful > 64) return false;
    window.trailing = 64 - window.leading - meaningful;
  } else {
    bits.take(2);
  }
  value ^= bits.take_many(64 - window.leading - window.trailing) << window.trailing;
  return true;
}

// Decodes into `out`, which has room for `count` samples, from bytes with kPadding zeros behind
// them: how many. It ends at the first after `max_ms`, and where the bits end or make no sense.
struct Decoded {
  std::size_t samples;
  bool ok;
};
Decoded decode(const char* at, const char* end, std::size_t count, std::int64_t max_ms,
               Sample* out) {
  QuickBits bits(at);
  Window window;
  std::uint64_t ms = 0;
  std::uint64_t delta = 0;
  std::uint64_t value = 0;
  for (std::size_t done = 0; done < count; ++done) {
    if (done == 0) {
      if (!bits.take_uvarint(ms)) return {done, false};
      ms = static_cast<std::uint64_t>(unzigzag(ms));
      value = bits.take_many(64);
    } else {
      if (done == 1) {
        if (!bits.take_uvarint(delta)) return {done, false};
        bits.refill();
      } else {
        bits.refill();
        delta += take_delta_of_delta(bits);
      }
      ms += delta;
      if (!take_value(bits, window, value)) return {done, false};
    }
    if (bits.end_taken() > end) return {done, false};
    if (static_cast<std::int64_t>(ms) > max_ms) return {done, true};
    out[done] = {static_cast<std::int64_t>(ms), std::bit_cast<double>(value)};
  }
  return {count, true};
}

Error ends_early(std::string_view bytes) {
  return Error(Code::corruption, "XOR chunk of " + std::to_string(bytes.size()) +
                                     " bytes ends before its last sample");
}

Result<void> read_slowly(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                         std::vector<Sample>& out) {
  XorChunkReader reader(bytes);
  while (reader.next()) {
    const Sample sample = reader.sample();
    if (sample.timestamp_ms > max_ms) return {};
    if (sample.timestamp_ms >= min_ms) out.push_back(sample);
  }
  return reader.ok() ? Result<void>() : ends_early(bytes);
}

}  // namespace

Result<void> read_xor_chunk(std::string_view bytes, std::int64_t min_ms, std::int64_t max_ms,
                            std::vector<Sample>& out) {
  const std::size_t count = bytes.size() < kXorHeaderBytes ? 0 : load_be16(bytes.data());
  // Bytes that lie about their number do not take memory: a sample has two bits.
  if (bytes.size() < kXorHeaderBytes || bytes.size() > kQuickBytesMax || count > bytes.size() * 4) {
    return read_slowly(bytes, min_ms, max_ms, out);
  }
  char padded[kQuickBytesMax + kPadding];
  std::memcpy(padded, bytes.data(), bytes.size());
  std::memset(padded + bytes.size(), 0, kPadding);
  const std::size_t before = out.size();
  if (before + count > out.capacity()) out.reserve(std::max(before + count, out.capacity() * 2));
  out.resize(before + count);
  const Decoded decoded =
      decode(padded + kXorHeaderBytes, padded + bytes.size(), count, max_ms, out.data() + before);
  out.resize(before + decoded.samples);
  const auto first = out.begin() + static_cast<std::ptrdiff_t>(before);
  if (decoded.samples > 0 && first->timestamp_ms < min_ms) {
    out.erase(first, std::find_if(first, out.end(), [min_ms](const Sample& sample) {
                return sample.timestamp_ms >= min_ms;
              }));
  }
  return decoded.ok ? Result<void>() : ends_early(bytes);
}

}  // namespace tributary::tsdb
