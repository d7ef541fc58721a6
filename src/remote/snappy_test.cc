#include "remote/snappy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "remote/wire.h"

namespace tributary::remote {
namespace {

using testing::HasSubstr;

TEST(Snappy, GivesBackWhatWentIn) {
  SeededRandom random(1);
  for (const std::size_t size : {0UL, 1UL, 100UL, 70'000UL}) {
    const std::string noise = random_string(random, size, "abcdefghijklmnopqrstuvwxyz0123456789");
    for (const std::string& text : {noise, std::string(size, 'x')}) {
      const std::string packed = compress(text);

      EXPECT_LE(packed.size(), compressed_size_max(size));
      EXPECT_EQ(*uncompress(packed, size), text);
    }
  }
}

TEST(Snappy, MakesFragmentsThatStandOneBehindTheOther) {
  std::string room;
  std::string body;
  append_varint(body, 200'300);
  for (const std::size_t size : {200'000UL, 0UL, 300UL})
    body += compress_fragment(std::string(size, 'x'), room);

  EXPECT_EQ(*uncompress(body, 200'300), std::string(200'300, 'x'));
}

TEST(Snappy, RefusesABodyOverItsLimit) {
  const auto refused = uncompress(compress(std::string(1001, 'x')), 1000);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::limit_exceeded);
  EXPECT_THAT(refused.error().message(), HasSubstr("has 1001 bytes"));
}

TEST(Snappy, RefusesALengthThatItsBytesCannotHold) {
  const auto refused = uncompress(std::string("\xff\xff\xff\x0f\x00", 5), std::size_t{1} << 30);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_THAT(refused.error().message(), HasSubstr("5 bytes cannot hold"));
}

TEST(Snappy, RefusesWhatIsNotSnappy) {
  const std::string packed = compress("some text, some text, some text");

  EXPECT_FALSE(uncompress("", 1000));
  EXPECT_FALSE(uncompress("\xff\xff\xff\xff\xff\xff", 1000));
  EXPECT_FALSE(uncompress("plain text", 1000));
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(uncompress(std::string_view(packed).substr(0, size), 1000)) << size;
  EXPECT_FALSE(uncompress(std::string("\xff\x06\x00\x00sNaPpY", 10), 1000)) << "the framed format";
}

}  // namespace
}  // namespace tributary::remote
