#include "base/result.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error(Code::invalid_argument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRIBUTARY_TRY(const int once, half(number));
  TRIBUTARY_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, CarriesValuesAndErrorsThroughTry) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), Error(Code::invalid_argument, "odd"));
  EXPECT_EQ(quarter(6).value_or(7), 7);
}

TEST(Result, AbortsWhenAnErrorIsTakenForAValue) {
  EXPECT_DEATH(quarter(6).value(), "broken invariant");
}

TEST(Error, SaysWhereItHappened) {
  EXPECT_EQ(Error(Code::timeout, "no answer").within("scrape").message(), "scrape: no answer");
  EXPECT_TRUE(Error(Code::timeout, "").retryable());
  EXPECT_FALSE(Error(Code::invalid_argument, "").retryable());
}

}  // namespace
}  // namespace tributary
