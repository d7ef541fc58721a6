// The OTTL conditions of a filter's settings, in both spellings: `metrics: {metric: [...]}` says
// what each is asked of, `metric_conditions: [...]` leaves that to the paths of the condition.
//
// Threads: none.
#pragma once

#include <string>
#include <vector>

#include "collector/processors/filter/config.h"
#include "collector/processors/filter/ottl.h"

namespace tributary::collector::filter {

struct NamedCondition {
  std::string name;  // "metric: name == \"up\""
  OttlCondition condition;
};

// In the order in which they are asked: of resources first, of data points last. What is wrong goes
// to `diagnostics` with its line.
std::vector<NamedCondition> read_conditions(const Config& config, config::Diagnostics& diagnostics);

}  // namespace tributary::collector::filter
