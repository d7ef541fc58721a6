#include "base/strings.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tributary {
namespace {

TEST(Strings, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Strings, TrimsAsciiSpaceOnly) {
  EXPECT_EQ(trim(" \t a b \n"), "a b");
  EXPECT_EQ(trim("   "), "");
}

TEST(Strings, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_int64("-7"), -7);
  EXPECT_FALSE(parse_int64("7 "));
  EXPECT_FALSE(parse_int64(""));
  EXPECT_FALSE(parse_uint64("-7"));
  EXPECT_FALSE(parse_uint64("18446744073709551616"));
}

TEST(Strings, KnowsUtf8) {
  EXPECT_TRUE(is_valid_utf8("caf\u00e9 \U0001F600"));
  EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_valid_utf8("\xe2\x82"));          // cut off
}

TEST(Strings, Base64GoesThereAndBack) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foob", "\xff\x00\x10"}) {
    const auto back = base64_decode(base64_encode(text));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, text);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  for (const char* text : {"Zg=", "Zm9v!", "Z===", "====", "Zg==Zg=="})
    EXPECT_FALSE(base64_decode(text)) << text;
}

TEST(Strings, PercentEncodingKeepsUnreservedOnly) {
  EXPECT_EQ(percent_encode("a/b c~"), "a%2Fb%20c~");
  EXPECT_EQ(*percent_decode("a%2fb%20c"), "a/b c");
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Strings, SuggestsTheNearestWord) {
  const std::vector<std::string> known = {"scrape_interval", "scrape_timeout", "job_name"};

  EXPECT_EQ(closest("scrape_intervall", known), "scrape_interval");
  EXPECT_EQ(closest("jobname", known), "job_name");
  EXPECT_FALSE(closest("zzz", known));
}

TEST(Random, UuidsAreVersionFour) {
  SeededRandom random(1);
  const std::string uuid = random_uuid(random);

  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

}  // namespace
}  // namespace tributary
