#include "exposition/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <limits>
#include <string>

#include "base/random.h"
#include "model/sample.h"

namespace tributary::exposition {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ParseFloat, TakesGoSyntax) {
  const auto reads = [](const char* text, double wanted) {
    const auto number = parse_float(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(*number), std::bit_cast<std::uint64_t>(wanted)) << text;
  };

  reads("0", 0);
  reads("-0", -0.0);
  reads("+1", 1);
  reads("007", 7);
  reads("123456789012345", 123456789012345);
  reads("12345678901234567890", 12345678901234567890.0);
  reads(".5", 0.5);
  reads("5.", 5);
  reads("-1.5e-3", -0.0015);
  reads("1E3", 1000);
  reads("0000000000000000000000000000001.2e-1", 0.12);
  reads("5e-324", 5e-324);
  reads("+Inf", kInfinity);
  reads("-INFINITY", -kInfinity);
  reads("inf", kInfinity);
  reads("nan", kNormalNaN);
  reads("NaN", kNormalNaN);
}

TEST(ParseFloat, TurnsWhatIsTooSmallIntoZero) {
  for (const char* const text : {"1e-400", "0.0001e-400", "1e-99999999999999999999", "0e500"})
    EXPECT_EQ(parse_float(text), 0.0) << text;
}

TEST(ParseFloat, RefusesWhatIsTooLargeForADouble) {
  for (const char* const text :
       {"1e400", "-1e309", "1000000e304", "0.001e400", "1e99999999999999999999"})
    EXPECT_FALSE(parse_float(text)) << text;
}

TEST(ParseFloat, RefusesEverythingElse) {
  for (const char* const text :
       {"",   "+",     "-",   ".",   "e5",   "1e",   "1e+",   "0x10",   "0x1p-3", "1_000", "1 ",
        " 1", "1.2.3", "++1", "+-1", "+nan", "-NaN", "infin", "nan(1)", "1f",     "1\r",   "--inf"})
    EXPECT_FALSE(parse_float(text)) << '"' << text << '"';
}

TEST(TakePlainNumber, TakesNumbersAsExportersWriteThem) {
  const auto takes = [](std::string_view text, std::size_t bytes, double wanted) {
    double value = 0;
    EXPECT_EQ(take_plain_number(text, value), bytes) << text;
    if (bytes == 0) return;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(wanted)) << text;
  };

  takes("17\n", 2, 17);
  takes("-0\n", 2, -0.0);
  takes("1.234567e+06\n", 12, 1234567);
  takes("0.00012 7", 7, 0.00012);
  takes("9007199254740993", 16, 9007199254740992);
  takes("0.1234567890123456789", 21, 0.1234567890123456789);
  takes("123456789012345678901234567890", 30, 123456789012345678901234567890.0);
  takes("NaN\n", 3, kNormalNaN);
  takes("+Inf\n", 4, kInfinity);
  takes("-Inf\n", 4, -kInfinity);
  for (const char* const text : {"", "-", ".", "+1", "e5", "1e", "1e+", "1e400", "x", " 1"})
    takes(text, 0, 0);
}

// std::from_chars rounds correctly whatever is written.
TEST(TakePlainNumber, RoundsAsFromCharsDoes) {
  SeededRandom random(7);
  for (int i = 0; i < 200'000; ++i) {
    std::string text = std::to_string(random.next() >> random.next() % 64);
    text.insert(random.next() % (text.size() + 1), random.next() % 2 == 0 ? "." : "");
    if (random.next() % 2 == 0) text += "e" + std::to_string(int(random.next() % 70) - 35);
    double wanted = 0;
    std::from_chars(text.data(), text.data() + text.size(), wanted);

    double value = 0;
    ASSERT_EQ(take_plain_number(text, value), text.size()) << text;
    ASSERT_EQ(value, wanted) << text;
  }
}

TEST(SecondsToMs, CutsOffAndStaysInRange) {
  EXPECT_EQ(seconds_to_ms(1.9999), 1999);
  EXPECT_EQ(seconds_to_ms(-1.9999), -1999);
  EXPECT_EQ(seconds_to_ms(1e300), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(seconds_to_ms(-1e300), std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace tributary::exposition
