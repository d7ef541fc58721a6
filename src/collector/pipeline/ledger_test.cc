#include "collector/pipeline/ledger.h"

#include <gtest/gtest.h>

namespace tributary::collector {
namespace {

TEST(Balance, IsEvenWhereEverySampleStandsOnBothSides) {
  Balance balance;

  balance.came("scraped", 1'234'567);
  balance.came("added", 1);
  balance.went("filtered", 34);
  balance.went("expired", 0);
  balance.went("sent", 1'234'534);

  EXPECT_EQ(balance.difference(), 0);
  EXPECT_EQ(balance.to_string(), "scraped 1,234,567 + added 1 = filtered 34 + sent 1,234,534");
}

TEST(Balance, TellsWhatIsMissingOrTooMuch) {
  Balance lost;
  lost.came("scraped", 1000);
  lost.went("sent", 999);
  Balance doubled;
  doubled.came("scraped", 1000);
  doubled.went("sent", 1001);

  EXPECT_EQ(lost.difference(), 1);
  EXPECT_EQ(doubled.difference(), -1);
}

TEST(Balance, IsEmptyUntilSamplesCome) {
  Balance balance;
  balance.came("scraped", 0);
  balance.went("sent", 0);
  EXPECT_TRUE(balance.empty());

  balance.came("recovered", 1);

  EXPECT_FALSE(balance.empty());
}

TEST(Balance, AddsUpWhatHasOneName) {
  Balance balance;

  balance.came("scraped", 999);
  balance.came("scraped", 1);

  EXPECT_EQ(balance.to_string(), "scraped 1,000 = 0");
}

}  // namespace
}  // namespace tributary::collector
