#include "lab/runner/network_shares.h"

#include <algorithm>
#include <array>

namespace tributary::lab {
namespace {

constexpr std::array kCounters = {&InterfaceStats::rx_bytes,  &InterfaceStats::rx_packets,
                                  &InterfaceStats::rx_errors, &InterfaceStats::rx_dropped,
                                  &InterfaceStats::tx_bytes,  &InterfaceStats::tx_packets,
                                  &InterfaceStats::tx_errors, &InterfaceStats::tx_dropped};

}  // namespace

void NetworkShares::add(const Interfaces& now, const std::vector<bool>& running) {
  const auto parts = static_cast<std::uint64_t>(std::ranges::count(running, true));
  if (parts == 0) return;
  for (const auto& [name, total] : now) {
    const InterfaceStats& before = last_[name];
    std::uint64_t part = 0;
    for (std::size_t i = 0; i < running.size(); ++i) {
      if (!running[i]) continue;
      InterfaceStats& share = shares_[i][name];
      for (const auto counter : kCounters) {
        const std::uint64_t more = total.*counter - std::min(before.*counter, total.*counter);
        share.*counter += more / parts + (part < more % parts ? 1 : 0);
      }
      ++part;
    }
  }
  last_ = now;
}

}  // namespace tributary::lab
