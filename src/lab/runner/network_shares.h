// Shares out what a task's interfaces have carried among its containers, which have them in common:
// each running one gets an equal part of what has come since the time before. So the sum over the
// containers is the task's, as an agent's figures are, and no container's count ever goes back.
//
// Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/task/container_stats.h"

namespace tributary::lab {

using Interfaces = std::map<std::string, InterfaceStats>;

class NetworkShares {
 public:
  // What was carried up to `start` is nobody's.
  NetworkShares(std::size_t containers, Interfaces start)
      : last_(std::move(start)), shares_(containers) {}

  // What comes while none runs waits for the first that does.
  void add(const Interfaces& now, const std::vector<bool>& running);
  const Interfaces& of(std::size_t container) const { return shares_[container]; }

 private:
  Interfaces last_;
  std::vector<Interfaces> shares_;
};

}  // namespace tributary::lab
