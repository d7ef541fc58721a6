// Who became which role, and when last: the newest thing known of an edge of trust is that it
// works.
//
// Threads: one at a time, the store's.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace tributary::hub::identity {

class AssumedRoles {
 public:
  static constexpr std::size_t kPairsMax = 20'000;  // further ones are not noted
  // Nobody asks for older ones: they make room for new ones.
  static constexpr Duration kMemory = std::chrono::minutes(5);

  struct Pair {
    std::string caller;  // ARN of the user or role; a service's name
    std::string role;    // ARN
    Timestamp last{};
  };

  void note(const std::string& caller, const std::string& role, Timestamp now) {
    const auto key = std::make_pair(caller, role);
    if (last_.size() >= kPairsMax && !last_.contains(key))
      std::erase_if(last_, [&](const auto& each) { return each.second + kMemory < now; });
    if (last_.size() < kPairsMax || last_.contains(key)) last_[key] = now;
  }
  std::vector<Pair> since(Timestamp time) const {
    std::vector<Pair> all;
    for (const auto& [pair, last] : last_)
      if (last >= time) all.push_back({pair.first, pair.second, last});
    return all;
  }

 private:
  std::map<std::pair<std::string, std::string>, Timestamp> last_;
};

}  // namespace tributary::hub::identity
