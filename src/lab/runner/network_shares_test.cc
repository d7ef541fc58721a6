#include "lab/runner/network_shares.h"

#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

Interfaces eth0(std::uint64_t rx_bytes) { return {{"eth0", {.rx_bytes = rx_bytes}}}; }

std::uint64_t received(const NetworkShares& shares, std::size_t container) {
  const auto at = shares.of(container).find("eth0");
  return at == shares.of(container).end() ? 0 : at->second.rx_bytes;
}

TEST(NetworkShares, SumUpToWhatTheTaskHasCarried) {
  NetworkShares shares(3, eth0(100));

  shares.add(eth0(111), {true, true, true});

  EXPECT_EQ(received(shares, 0), 4U);
  EXPECT_EQ(received(shares, 1), 4U);
  EXPECT_EQ(received(shares, 2), 3U);
}

TEST(NetworkShares, GiveNothingMoreToAContainerThatHasEnded) {
  NetworkShares shares(2, eth0(0));
  shares.add(eth0(10), {true, true});

  shares.add(eth0(30), {true, false});

  EXPECT_EQ(received(shares, 0), 25U);
  EXPECT_EQ(received(shares, 1), 5U);
}

TEST(NetworkShares, KeepWhatCameWhileNothingRan) {
  NetworkShares shares(1, eth0(0));
  shares.add(eth0(10), {false});

  shares.add(eth0(10), {true});

  EXPECT_EQ(received(shares, 0), 10U);
}

TEST(NetworkShares, NeverGoBack) {
  NetworkShares shares(1, eth0(0));
  shares.add(eth0(10), {true});

  shares.add(eth0(5), {true});
  shares.add(eth0(7), {true});

  EXPECT_EQ(received(shares, 0), 12U);
}

}  // namespace
}  // namespace tributary::lab
