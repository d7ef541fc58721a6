#include "base/utf8.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Utf8, WritesCharactersOfOneToFourBytes) {
  std::string out;

  for (const std::uint32_t rune : {0x7aU, 0xe9U, 0x20acU, 0x1f600U}) append_utf8(out, rune);

  EXPECT_EQ(out, "z\u00e9\u20ac\U0001f600");
}

TEST(Utf8, WritesTheFirstAndLastOfEachLength) {
  const auto size_of = [](std::uint32_t rune) {
    std::string out;
    append_utf8(out, rune);
    return out.size();
  };

  EXPECT_EQ(size_of(0x7f), 1u);
  EXPECT_EQ(size_of(0x80), 2u);
  EXPECT_EQ(size_of(0x7ff), 2u);
  EXPECT_EQ(size_of(0x800), 3u);
  EXPECT_EQ(size_of(0xffff), 3u);
  EXPECT_EQ(size_of(0x10000), 4u);
  EXPECT_EQ(size_of(0x10ffff), 4u);
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("z\u00e9\u20ac\U0001f600"), 4u);
  EXPECT_TRUE(begins_character('z'));
  EXPECT_FALSE(begins_character('\x80'));
}

TEST(Utf8, ShortensTextsBetweenCharacters) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "abc...");
  EXPECT_EQ(shorten("ab\u00e9", 3), "ab...");
  EXPECT_EQ(shorten("\x80\x80", 1), "...");
}

}  // namespace
}  // namespace tributary
