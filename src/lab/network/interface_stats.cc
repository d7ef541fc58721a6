#include "lab/network/interface_stats.h"

#include <optional>
#include <vector>

#include "base/strings.h"

namespace tributary::lab {
namespace {

constexpr std::size_t kColumns = 16;  // eight for receiving, eight for sending

std::optional<std::vector<std::uint64_t>> numbers_of(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    const auto number = parse_uint64(word);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  if (numbers.size() < kColumns) return std::nullopt;
  return numbers;
}

}  // namespace

std::map<std::string, InterfaceStats> parse_net_dev(std::string_view text) {
  std::map<std::string, InterfaceStats> interfaces;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view name = trim(line.substr(0, colon));
    const auto numbers = numbers_of(line.substr(colon + 1));
    if (name == "lo" || !numbers) continue;
    const auto& n = *numbers;
    interfaces[std::string(name)] = {.rx_bytes = n[0],
                                     .rx_packets = n[1],
                                     .rx_errors = n[2],
                                     .rx_dropped = n[3],
                                     .tx_bytes = n[8],
                                     .tx_packets = n[9],
                                     .tx_errors = n[10],
                                     .tx_dropped = n[11]};
  }
  return interfaces;
}

}  // namespace tributary::lab
