// A keyed hash that recognises bytes seen before: 128 bits, several times faster than memory. The
// key is drawn once per process, so that nobody who writes the bytes can aim at a collision: for
// two different texts of one length the chance is 2^-64 over the keys, whatever the texts are (the
// construction is NH: Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO 1999, with words of
// 64 bits). Texts of different length are told apart by their length, which the caller compares.
//
// Threads: any; a key never changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace tributary {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const Hash128&) const = default;
};

class HashKey {
 public:
  explicit HashKey(Random& random);

  Hash128 hash(std::string_view bytes) const;
  // Of bytes of any length, the length included, mixed so that any of its bits may be used.
  std::uint64_t hash64(std::string_view bytes) const;
  std::uint64_t mix(const Hash128& hash) const;

 private:
  static constexpr std::size_t kBlock = 1024;  // bytes; longer texts chain their blocks

  Hash128 hash_block(const char* bytes, std::size_t size) const;
  Hash128 hash_long(std::string_view bytes) const;

  std::array<std::uint64_t, kBlock / 8> key_{};
  std::array<std::uint64_t, 4> mix_key_{};  // odd
};

// --- Inline, since it is called for every sample.

namespace keyed_hash {

__extension__ using Wide = unsigned __int128;

template <class Word>
inline std::uint64_t read(const char* at) {
  Word word;
  __builtin_memcpy(&word, at, sizeof word);
  return word;
}

inline Wide multiply(std::uint64_t a, std::uint64_t b) { return static_cast<Wide>(a) * b; }

// The first and the last bytes of a text shorter than 16 as two words; they may overlap.
inline std::array<std::uint64_t, 2> read_short(const char* at, std::size_t size) {
  if (size >= 8) return {read<std::uint64_t>(at), read<std::uint64_t>(at + size - 8)};
  if (size >= 4) return {read<std::uint32_t>(at), read<std::uint32_t>(at + size - 4)};
  if (size == 0) return {0, 0};
  return {read<std::uint8_t>(at) | read<std::uint8_t>(at + size / 2) << 8,
          read<std::uint8_t>(at + size - 1)};
}

}  // namespace keyed_hash

inline Hash128 HashKey::hash_block(const char* bytes, std::size_t size) const {
  using keyed_hash::multiply;
  using keyed_hash::read;
  const std::uint64_t* key = key_.data();
  if (size < 16) {
    const auto [first, last] = keyed_hash::read_short(bytes, size);
    const keyed_hash::Wide sum = multiply(first + key[0], last + key[1]);
    return {static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> 64)};
  }
  // The last 16 bytes, which may overlap the ones before, have a key of their own.
  keyed_hash::Wide sum = multiply(read<std::uint64_t>(bytes + size - 16) + key_[key_.size() - 2],
                                  read<std::uint64_t>(bytes + size - 8) + key_[key_.size() - 1]);
  for (std::size_t left = size; left > 16; left -= 16, bytes += 16, key += 2)
    sum += multiply(read<std::uint64_t>(bytes) + key[0], read<std::uint64_t>(bytes + 8) + key[1]);
  return {static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> 64)};
}

inline Hash128 HashKey::hash(std::string_view bytes) const {
  if (bytes.size() <= kBlock) [[likely]]
    return hash_block(bytes.data(), bytes.size());
  return hash_long(bytes);
}

inline std::uint64_t HashKey::mix(const Hash128& hash) const {
  const keyed_hash::Wide product =
      keyed_hash::multiply(hash.low ^ mix_key_[0], hash.high ^ mix_key_[1]);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace tributary
