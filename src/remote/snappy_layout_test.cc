#include "remote/snappy_layout.h"

#include <gtest/gtest.h>

#include <random>

#include "remote/snappy.h"
#include "remote/wire.h"

namespace tributary::remote {
namespace {

std::string decoded(const SnappyLayout& layout, std::size_t size) {
  std::string body;
  append_varint(body, size);
  body += layout.elements;
  const auto bytes = uncompress(body, size);
  return bytes ? *bytes : "broken";
}

TEST(SnappyLayout, IsReadAsTheBytes) {
  const std::string phrase = "a rose is a rose is a rose, ";
  for (const std::string& bytes :
       {std::string(), std::string("x"), phrase, phrase + phrase, std::string(5'000, 'z'),
        std::string(60, 'q') + std::string(61, 'r')}) {
    EXPECT_EQ(decoded(lay_out(SnappyText(bytes), {}), bytes.size()), bytes);
  }
}

TEST(SnappyLayout, IsReadAsTheBytesWhateverTheyAre) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string bytes(random() % 5'000, 0);
    const unsigned letters = 1U + random() % 256;
    for (char& c : bytes) c = static_cast<char>(random() % letters);

    ASSERT_EQ(decoded(lay_out(SnappyText(bytes), {}), bytes.size()), bytes) << "round " << round;
  }
}

TEST(SnappyLayout, TakesTheLongestText) {
  std::string bytes(SnappyText::kBytesMax, 0);
  std::mt19937_64 random(2);
  for (char& c : bytes) c = static_cast<char>(random() % 3);

  EXPECT_EQ(decoded(lay_out(SnappyText(bytes), {}), bytes.size()), bytes);
}

TEST(SnappyLayout, NeedsNoMoreThanSnappyForText) {
  std::string bytes;
  for (int i = 0; i < 500; ++i)
    bytes += "request " + std::to_string(i * 7919) + " took " + std::to_string(i % 13) + " ms; ";

  EXPECT_LE(lay_out(SnappyText(bytes), {}).elements.size(), compress(bytes).size());
}

TEST(SnappyLayout, CopiesNothingFromAndToUniqueBytes) {
  const std::string bytes = "0123456789012345678901234567890123456789";
  SnappyText text(bytes);
  text.set_unique(0, 10);
  text.set_unique(20, 10);

  SnappyLayout layout = lay_out(text, std::vector<std::uint16_t>{0, 20});

  ASSERT_EQ(layout.places.size(), 2u);
  layout.elements.replace(layout.places[0], 10, "abcdefghij");
  layout.elements.replace(layout.places[1], 10, "ABCDEFGHIJ");
  EXPECT_EQ(decoded(layout, bytes.size()), "abcdefghij0123456789ABCDEFGHIJ0123456789");
}

TEST(SnappyLayout, CopiesSharedBytesFromTheirFirstPlace) {
  const std::string bytes = "0000-1-0000-2-000000000-3-0000";
  SnappyText text(bytes);
  for (const std::size_t at : {0U, 7U, 19U, 26U}) text.set_shared(at, 4);

  SnappyLayout layout = lay_out(text, std::vector<std::uint16_t>{0});

  layout.elements.replace(layout.places.at(0), 4, "wxyz");
  EXPECT_EQ(decoded(layout, bytes.size()), "wxyz-1-wxyz-2-00000wxyz-3-wxyz");
}

TEST(SnappyLayout, CopiesSharedBytesEvenWhereALiteralWouldBeShorter) {
  const std::string bytes = "a0b0c0d0";
  SnappyText text(bytes);
  for (const std::size_t at : {1U, 3U, 5U, 7U}) text.set_shared(at, 1);

  SnappyLayout layout = lay_out(text, std::vector<std::uint16_t>{1});

  layout.elements.replace(layout.places.at(0), 1, "x");
  EXPECT_EQ(decoded(layout, bytes.size()), "axbxcxdx");
}

}  // namespace
}  // namespace tributary::remote
