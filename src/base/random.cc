#include "base/random.h"

#include <sys/random.h>

#include "base/check.h"

namespace tributary {

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  TRIBUTARY_CHECK(::getrandom(&value, sizeof value, 0) == static_cast<ssize_t>(sizeof value));
  return value;
}

std::string random_string(Random& random, std::size_t size, std::string_view alphabet) {
  TRIBUTARY_CHECK(!alphabet.empty());
  // Values at or above the largest multiple of the alphabet's size would favour its beginning.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % alphabet.size();
  std::string out;
  out.reserve(size);
  while (out.size() < size) {
    const std::uint64_t drawn = random.next();
    if (drawn < limit) out.push_back(alphabet[drawn % alphabet.size()]);
  }
  return out;
}

std::string random_uuid(Random& random) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string uuid(36, '-');
  std::uint64_t drawn = 0;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 0 || i == 18) drawn = random.next();
    if (i == 8 || i == 13 || i == 18 || i == 23) continue;
    uuid[i] = kHex[drawn % kHex.size()];
    drawn /= kHex.size();
  }
  uuid[14] = '4';
  uuid[19] = "89ab"[kHex.find(uuid[19]) % 4];
  return uuid;
}

}  // namespace tributary
