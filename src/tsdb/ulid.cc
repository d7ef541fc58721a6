#include "tsdb/ulid.h"

namespace tributary::tsdb {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTimeBytes = 6;

}  // namespace

Ulid Ulid::make(std::int64_t ms, Random& random) {
  Ulid out;
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    out.bytes_[i] = static_cast<std::uint8_t>(ms >> (8 * (kTimeBytes - 1 - i)));
  }
  for (std::size_t i = kTimeBytes; i < out.bytes_.size(); i += 2) {
    const std::uint64_t drawn = random.next();
    out.bytes_[i] = static_cast<std::uint8_t>(drawn >> 8);
    out.bytes_[i + 1] = static_cast<std::uint8_t>(drawn);
  }
  return out;
}

// 26 characters have 130 bits: two zeros, then the 128.
std::optional<Ulid> Ulid::parse(std::string_view text) {
  if (text.size() != kTextSize || text[0] > '7') return std::nullopt;
  Ulid out;
  unsigned bits = 0;
  unsigned held = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char upper = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 32) : text[i];
    const std::size_t digit = kAlphabet.find(upper);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 5 | static_cast<unsigned>(digit)) & 0xfff;
    held += i == 0 ? 3 : 5;
    if (held >= 8) {
      held -= 8;
      out.bytes_[at++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  return out;
}

std::int64_t Ulid::ms() const {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) ms = ms << 8 | bytes_[i];
  return ms;
}

std::string Ulid::to_string() const {
  std::string out;
  unsigned bits = 0;
  unsigned held = 2;  // the two zeros in front
  for (const std::uint8_t byte : bytes_) {
    bits = (bits << 8 | byte) & 0xffff;
    for (held += 8; held >= 5;) {
      held -= 5;
      out += kAlphabet[bits >> held & 31];
    }
  }
  return out;
}

}  // namespace tributary::tsdb
