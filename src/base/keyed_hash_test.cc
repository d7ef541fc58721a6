#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace tributary {
namespace {

std::string some_bytes(SeededRandom& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

TEST(HashKey, GivesTheSameForTheSameBytesWhereverTheyStand) {
  SeededRandom random(1);
  const HashKey key(random);

  for (std::size_t size = 0; size < 3000; size += size < 100 ? 1 : 97) {
    const std::string bytes = some_bytes(random, size);
    const std::string moved = "xyz" + bytes + "more";

    EXPECT_EQ(key.hash(bytes), key.hash(std::string_view(moved).substr(3, size)));
  }
}

TEST(HashKey, SeesEveryBit) {
  SeededRandom random(2);
  const HashKey key(random);

  for (const std::size_t size :
       {1, 2, 3, 4, 5, 7, 8, 11, 15, 16, 17, 31, 33, 64, 100, 1024, 1025, 2048, 2500}) {
    std::string bytes = some_bytes(random, size);
    const Hash128 before = key.hash(bytes);
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_NE(key.hash(bytes), before) << size << " bytes, bit " << bit;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    }
  }
}

TEST(HashKey, SeesWhereBytesStand) {
  SeededRandom random(3);
  const HashKey key(random);
  const std::string one = some_bytes(random, 16) + some_bytes(random, 16) + "tail";
  std::string other = one;
  for (std::size_t i = 0; i < 16; ++i) std::swap(other[i], other[16 + i]);

  EXPECT_NE(key.hash(one), key.hash(other));
  EXPECT_NE(key.hash(std::string(1024, 'a') + std::string(1024, 'b')),
            key.hash(std::string(1024, 'b') + std::string(1024, 'a')));
}

TEST(HashKey, DependsOnTheKey) {
  SeededRandom random(4);
  const HashKey one(random);
  const HashKey other(random);

  EXPECT_NE(one.hash("some bytes"), other.hash("some bytes"));
  EXPECT_NE(one.hash64("some bytes"), other.hash64("some bytes"));
}

TEST(HashKey, SpreadsShortTextsOver64Bits) {
  SeededRandom random(5);
  const HashKey key(random);
  std::set<std::uint64_t> all;
  std::set<std::uint64_t> low_bits;

  for (int i = 0; i < 20'000; ++i) all.insert(key.hash64(std::to_string(i)));
  for (int i = 0; i < 20'000; ++i) low_bits.insert(key.hash64(std::to_string(i)) & 0xffff);
  for (std::size_t size = 0; size < 40; ++size) all.insert(key.hash64(std::string(size, '\0')));

  EXPECT_EQ(all.size(), 20'040U);
  EXPECT_GT(low_bits.size(), 16'500U);  // of 65536; chance gives 17,200
}

}  // namespace
}  // namespace tributary
