#include "net/content_encoding.h"

#include <gtest/gtest.h>

namespace tributary::net {
namespace {

constexpr std::size_t kPlenty = 1U << 20;

TEST(Gzip, ComesBackAsItWas) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("metric 1\n"), std::string(300'000, 'x')}) {
    const auto back = gunzip(gzip(text), kPlenty);
    ASSERT_TRUE(back) << text.size();
    EXPECT_EQ(*back, text);
  }
}

TEST(Gzip, ReadsSeveralMembers) {
  const auto back = gunzip(gzip("one ") + gzip(std::string(5000, 'x')) + gzip("two"), kPlenty);

  ASSERT_TRUE(back);
  EXPECT_EQ(*back, "one " + std::string(5000, 'x') + "two");
}

TEST(Gzip, StopsAtTheLimit) {
  const std::string bomb = gzip(std::string(1000, 'x'));

  EXPECT_TRUE(gunzip(bomb, 1000));
  EXPECT_EQ(gunzip(bomb, 999).error().code(), Code::limit_exceeded);
  EXPECT_EQ(gunzip(bomb, 0).error().code(), Code::limit_exceeded);
  EXPECT_EQ(gunzip(bomb + bomb, 1500).error().code(), Code::limit_exceeded);
}

TEST(Gzip, RefusesWhatIsNotAWholeStream) {
  const std::string good = gzip("some text that is long enough to be cut");
  std::string wrong_sum = good;
  wrong_sum[good.size() - 6] ^= 1;

  EXPECT_EQ(gunzip("", kPlenty).error().code(), Code::corruption);
  EXPECT_EQ(gunzip("plain text", kPlenty).error().code(), Code::corruption);
  EXPECT_EQ(gunzip(good.substr(0, good.size() - 1), kPlenty).error().code(), Code::corruption);
  EXPECT_EQ(gunzip(wrong_sum, kPlenty).error().code(), Code::corruption);
  EXPECT_EQ(gunzip(good + "trailing", kPlenty).error().code(), Code::corruption);
}

}  // namespace
}  // namespace tributary::net
