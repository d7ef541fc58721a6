#include "lab/network/interface_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::lab {
namespace {

using testing::IsEmpty;

TEST(InterfaceStats, AreReadFromProcNetDev) {
  const auto interfaces = parse_net_dev(
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "
      "drop fifo colls carrier compressed\n"
      "    lo: 25596871700 3397210    0    0    0     0          0         0 25596871700 3397210"
      "    0    0    0     0       0          0\n"
      "  eth0: 9007199254740993    11    1    2    3     4          5         6 700    8    9    10"
      "   11    12      13         14\n"
      "veth1:1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n");

  ASSERT_EQ(interfaces.size(), 2U);
  const InterfaceStats& eth0 = interfaces.at("eth0");
  EXPECT_EQ(eth0.rx_bytes, 9007199254740993U);
  EXPECT_EQ(eth0.rx_packets, 11U);
  EXPECT_EQ(eth0.rx_errors, 1U);
  EXPECT_EQ(eth0.rx_dropped, 2U);
  EXPECT_EQ(eth0.tx_bytes, 700U);
  EXPECT_EQ(eth0.tx_packets, 8U);
  EXPECT_EQ(eth0.tx_errors, 9U);
  EXPECT_EQ(eth0.tx_dropped, 10U);
  EXPECT_EQ(interfaces.at("veth1").tx_bytes, 3U);
}

TEST(InterfaceStats, LeaveOutLinesThatCannotBeRead) {
  EXPECT_THAT(parse_net_dev(""), IsEmpty());
  EXPECT_THAT(parse_net_dev("eth0: 1 2 3\n"), IsEmpty());
  EXPECT_THAT(parse_net_dev("eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 x\n"), IsEmpty());
  EXPECT_THAT(parse_net_dev(": : :\n\n:"), IsEmpty());
}

}  // namespace
}  // namespace tributary::lab
