#include "promql/string_literal.h"

#include <gtest/gtest.h>

namespace tributary::promql {
namespace {

TEST(StringLiteral, QuotesAsGoDoes) {
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("a\"b\\c'd"), "\"a\\\"b\\\\c'd\"");
  EXPECT_EQ(quote("\a\b\f\n\r\t\v"), "\"\\a\\b\\f\\n\\r\\t\\v\"");
  EXPECT_EQ(quote(std::string_view("\0\x1f\x7f", 3)), "\"\\x00\\x1f\\x7f\"");
  EXPECT_EQ(quote("\u00e4\u20ac\U0001f600\ufffd"), "\"\u00e4\u20ac\U0001f600\ufffd\"");
  EXPECT_EQ(quote("\u00a0\u200b\ufeff\U000e0001"), "\"\\u00a0\\u200b\\ufeff\\U000e0001\"");
  EXPECT_EQ(quote("\xff\xc3(\xed\xa0\x80"), "\"\\xff\\xc3(\\xed\\xa0\\x80\"");
}

TEST(StringLiteral, QuotesSingleCharacters) {
  EXPECT_EQ(quote_rune('a'), "'a'");
  EXPECT_EQ(quote_rune('\''), "'\\''");
  EXPECT_EQ(quote_rune('"'), "'\"'");
  EXPECT_EQ(quote_rune('\n'), "'\\n'");
  EXPECT_EQ(describe_rune('q'), "U+0071 'q'");
  EXPECT_EQ(describe_rune('\n'), "U+000A");
}

TEST(StringLiteral, ReadsBackWhatItQuotes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);

  EXPECT_EQ(unquote(quote(all)), all);
}

TEST(StringLiteral, RefusesMalformedText) {
  for (const std::string_view text : {"", "\"", "\"'", "\"\\\"", "\"a\"b\"", "\"\\'\"", "'\\x4'",
                                      "'\\400'", "'\\8'", "'\\uzzzz'", "'\\U00110000'", "'\n'"}) {
    EXPECT_EQ(unquote(text), std::nullopt) << text;
  }
}

TEST(DecodeRune, TakesBytesThatAreNoCharacterOneByOne) {
  for (const std::string_view text :
       {"\x80", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_EQ(decode_rune(text).value, kReplacementRune);
    EXPECT_EQ(decode_rune(text).size, 1U);
  }
}

}  // namespace
}  // namespace tributary::promql
