// What RunTask was asked under which client token, so that a call that is sent again starts nothing
// twice.
//
// Threads: the Loop's.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lab/ecs/place.h"

namespace tributary::lab::ecs {

class RunTokens {
 public:
  static constexpr std::size_t kTokensMax = 1'000;  // the oldest are forgotten first

  struct Run {
    std::string request;
    std::vector<std::string> task_ids;
  };

  const Run* find(const Place& place, const std::string& token) const {
    const auto found = runs_.find({place, token});
    return found == runs_.end() ? nullptr : &found->second;
  }

  void keep(const Place& place, const std::string& token, Run run) {
    runs_[{place, token}] = std::move(run);
    order_.push_back({place, token});
    if (order_.size() <= kTokensMax) return;
    runs_.erase(order_.front());
    order_.pop_front();
  }

 private:
  std::map<std::pair<Place, std::string>, Run> runs_;
  std::deque<std::pair<Place, std::string>> order_;
};

}  // namespace tributary::lab::ecs
