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

// Feeds `bytes` in pieces of `piece`; what came out, or the first error.
Result<std::string> stream(std::string_view bytes, std::size_t piece, std::uint64_t bytes_max) {
  Gunzip gunzip(bytes_max);
  std::string out;
  const Gunzip::Sink sink = [&](std::string_view text) -> Result<void> {
    EXPECT_FALSE(text.empty());
    EXPECT_LE(text.size(), Gunzip::kPieceBytesMax);
    out += text;
    return {};
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    if (auto fed = gunzip.feed(bytes.substr(at, piece), sink); !fed) return fed.error();
  if (auto whole = gunzip.finish(); !whole) return whole.error();
  return out;
}

TEST(Gunzip, GivesTheSameHoweverTheStreamIsCut) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "metric_" + std::to_string(i * 7919) + " 1\n";
  const std::string packed = gzip(text) + gzip("") + gzip(std::string(100'000, 'x'));

  for (const std::size_t piece : {1U, 7U, 1000U, 65'536U, 1U << 30}) {
    const auto out = stream(packed, piece, kPlenty);

    ASSERT_TRUE(out) << piece << ": " << out.error().message();
    EXPECT_EQ(*out, text + std::string(100'000, 'x')) << piece;
  }
}

TEST(Gunzip, StopsAtTheLimitAndHandsOutNoMore) {
  const std::string bomb = gzip(std::string(1U << 20, 'x'));

  EXPECT_TRUE(stream(bomb, 100, 1U << 20));
  EXPECT_EQ(stream(bomb, 100, (1U << 20) - 1).error().code(), Code::limit_exceeded);
  EXPECT_EQ(stream(bomb, 100, 0).error().code(), Code::limit_exceeded);
  EXPECT_EQ(stream(bomb + bomb, 100, 1'500'000).error().message(),
            "gzip: more than 1500000 bytes when unpacked");
}

TEST(Gunzip, RefusesWhatIsNotAWholeStream) {
  const std::string good = gzip("some text that is long enough to be cut");
  std::string wrong_sum = good;
  wrong_sum[good.size() - 6] ^= 1;

  for (const std::string& bad : {std::string(), std::string("plain text"), wrong_sum,
                                 good.substr(0, good.size() - 1), good + "trailing"}) {
    EXPECT_EQ(stream(bad, 5, kPlenty).error().code(), Code::corruption) << bad;
  }
}

TEST(Gunzip, EndsWithTheErrorOfItsSink) {
  Gunzip gunzip(kPlenty);
  int pieces = 0;

  const auto fed = gunzip.feed(gzip(std::string(200'000, 'x')), [&](std::string_view) {
    return ++pieces < 3 ? Result<void>() : Error(Code::invalid_argument, "enough");
  });

  EXPECT_EQ(fed.error().message(), "enough");
  EXPECT_EQ(pieces, 3);
}

}  // namespace
}  // namespace tributary::net
