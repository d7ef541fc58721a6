#include "base/hash.h"

#include <cstring>

namespace tributary {
namespace {

// The multiply-and-fold construction of wyhash (Wang Yi, public domain), simplified.
constexpr std::uint64_t kSecret0 = 0xa0761d6478bd642fULL;
constexpr std::uint64_t kSecret1 = 0xe7037ed1a0b428dbULL;

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t read(const char* at, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, size);
  return value;
}

}  // namespace

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t state = seed ^ kSecret0;
  while (left > 16) {
    state = fold(read(at, 8) ^ kSecret1, read(at + 8, 8) ^ state);
    at += 16;
    left -= 16;
  }
  const std::uint64_t low = left > 0 ? read(at, left > 8 ? 8 : left) : 0;
  const std::uint64_t high = left > 8 ? read(at + 8, left - 8) : 0;
  return fold(kSecret1 ^ bytes.size(), fold(low ^ kSecret1, high ^ state));
}

}  // namespace tributary
