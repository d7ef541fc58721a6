#include "exposition/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

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

TEST(SecondsToMs, CutsOffAndStaysInRange) {
  EXPECT_EQ(seconds_to_ms(1.9999), 1999);
  EXPECT_EQ(seconds_to_ms(-1.9999), -1999);
  EXPECT_EQ(seconds_to_ms(1e300), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(seconds_to_ms(-1e300), std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace tributary::exposition
