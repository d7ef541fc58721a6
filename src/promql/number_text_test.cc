#include "promql/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tributary::promql {
namespace {

TEST(NumberText, PrintsNumbersWithoutExponents) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(1234.5), "1234.5");
  EXPECT_EQ(format_number(-0.00001), "-0.00001");
  EXPECT_EQ(format_number(1e23), "100000000000000000000000");
  EXPECT_EQ(format_number(5e-324).size(), 326U);
  EXPECT_EQ(format_number(INFINITY), "+Inf");
  EXPECT_EQ(format_number(-INFINITY), "-Inf");
  EXPECT_EQ(format_number(NAN), "NaN");
}

TEST(NumberText, PrintsNumbersAsShortAsCanBe) {
  EXPECT_EQ(format_number_shortest(0), "0");
  EXPECT_EQ(format_number_shortest(0.0001), "0.0001");
  EXPECT_EQ(format_number_shortest(0.00001), "1e-05");
  EXPECT_EQ(format_number_shortest(-1.5e-300), "-1.5e-300");
  EXPECT_EQ(format_number_shortest(1e20), "100000000000000000000");
  EXPECT_EQ(format_number_shortest(1.25e21), "1.25e+21");
  EXPECT_EQ(format_number_shortest(INFINITY), "+Inf");
}

TEST(NumberText, PrintsDurations) {
  EXPECT_EQ(format_duration_ms(0), "0s");
  EXPECT_EQ(format_duration_ms(5'400'000), "1h30m");
  EXPECT_EQ(format_duration_ms(-1), "-1ms");
  EXPECT_EQ(format_duration_ms(365LL * 86'400'000), "1y");
  EXPECT_EQ(format_duration_ms(8LL * 86'400'000), "8d");
}

TEST(NumberText, ReadsNumbersAsGoDoes) {
  const auto read = [](std::string_view text) {
    const auto value = parse_number(text);
    return value ? *value : -1;
  };

  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("017"), 15);
  EXPECT_EQ(read("08"), 8);
  EXPECT_EQ(read("0x_1F"), 31);
  EXPECT_EQ(read("1_000_000"), 1e6);
  EXPECT_EQ(read("18446744073709551616"), 18446744073709551616.0);
  EXPECT_EQ(read("1e-999"), 0);
  EXPECT_EQ(read("4e-324"), 5e-324);
  EXPECT_EQ(read("INF"), INFINITY);
  EXPECT_EQ(read("1__0"), -1);
  EXPECT_EQ(read("0x"), -1);
}

}  // namespace
}  // namespace tributary::promql
