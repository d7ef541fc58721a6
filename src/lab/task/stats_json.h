// One reading of a container in the JSON of Docker's API (GET /containers/<id>/stats), with the
// agent's network_rate_stats added. Where a control group of version 2 says less than one of
// version 1, on which Fargate's figures are modelled, the same figures are made from what it says.
//
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "lab/task/container_stats.h"

namespace tributary::lab {

struct StatsDocument {
  std::string id;
  std::string name;  // "/name", as Docker has it
  std::uint64_t memory_limit = 0;
  const ContainerStats* before = nullptr;  // null: the first reading
  const ContainerStats& now;
};
std::string stats_json(const StatsDocument& document);

// RFC 3339 as Go writes it: no more digits of the fraction than there are.
std::string go_time(Timestamp time);

}  // namespace tributary::lab
