#include "exposition/write.h"

#include <gtest/gtest.h>

#include <limits>

namespace tributary::exposition {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The expected texts are those of Go 1.26's strconv.FormatFloat.
TEST(FormatFloat, WritesAsGoDoesWithTheShortestPrecision) {
  const auto writes = [](double value, const char* text) { EXPECT_EQ(format_float(value), text); };

  writes(0, "0");
  writes(-0.0, "-0");
  writes(-1, "-1");
  writes(0.5, "0.5");
  writes(100000, "100000");
  writes(123456, "123456");
  writes(999999, "999999");
  writes(1e6, "1e+06");
  writes(1234567, "1.234567e+06");
  writes(123456.789, "123456.789");
  writes(1e-4, "0.0001");
  writes(1e-5, "1e-05");
  writes(1.5e-7, "1.5e-07");
  writes(1e100, "1e+100");
  writes(5e-324, "5e-324");
  writes(std::numeric_limits<double>::max(), "1.7976931348623157e+308");
  writes(0.1 + 0.2, "0.30000000000000004");
  writes(kInfinity, "+Inf");
  writes(-kInfinity, "-Inf");
  writes(std::numeric_limits<double>::quiet_NaN(), "NaN");
}

TEST(FormatDecimal, NeverUsesAnExponent) {
  const auto writes = [](double value, const char* text) {
    EXPECT_EQ(format_decimal(value), text);
  };

  writes(0, "0");
  writes(0.005, "0.005");
  writes(1, "1");
  writes(-10, "-10");
  writes(2500000, "2500000");
  writes(123456.789, "123456.789");
  writes(1.5e-7, "0.00000015");
  writes(2.5e-05, "0.000025");
  writes(1e23, "100000000000000000000000");
  writes(9007199254740992, "9007199254740992");
  writes(kInfinity, "+Inf");
}

TEST(FormatOpenMetricsFloat, ShowsThatANumberIsAFloat) {
  EXPECT_EQ(format_openmetrics_float(1), "1.0");
  EXPECT_EQ(format_openmetrics_float(-1), "-1.0");
  EXPECT_EQ(format_openmetrics_float(0.25), "0.25");
  EXPECT_EQ(format_openmetrics_float(1e6), "1e+06");
  EXPECT_EQ(format_openmetrics_float(kInfinity), "+Inf");
}

TEST(NormalizeFloatLabel, MakesOneTextOfEqualNumbersAndLeavesTheRest) {
  const auto becomes = [](std::string value, const char* wanted) {
    normalize_float_label(value);
    EXPECT_EQ(value, wanted);
  };

  becomes("1", "1.0");
  becomes("1.0", "1.0");
  becomes("1e0", "1.0");
  becomes(".5", "0.5");
  becomes("100000", "100000.0");
  becomes("1000000", "1e+06");
  becomes("+inf", "+Inf");
  becomes("many", "many");
  becomes("", "");
}

}  // namespace
}  // namespace tributary::exposition
