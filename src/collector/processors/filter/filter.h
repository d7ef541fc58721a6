// The filter processor: drops metrics by name and by resource attributes, decided once per run of
// series.
// Counts what it dropped, and says once when a configured name has matched nothing for a while.
//
// Threads: the loop's.
#pragma once

#include <optional>
#include <vector>

#include "collector/pipeline/component.h"
#include "collector/processors/filter/config.h"
#include "collector/processors/filter/rules.h"

namespace tributary::collector::filter {

class Filter final : public Processor {
 public:
  static constexpr Duration kUnmatchedAfter = 5min;

  Filter(const Context& context, const Config& config);

  RunMap map(const SeriesRunPtr& run) override { return rules_.map(run); }
  void count(const Passed& passed) override;

 private:
  Rules rules_;
  const Clock& clock_;
  Logger log_;
  Counter& filtered_;
  std::vector<Counter*> filtered_by_;  // each rule
  std::optional<Instant> first_batch_;
  bool reported_ = false;
};

}  // namespace tributary::collector::filter
