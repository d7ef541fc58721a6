// The ledger of a service: for each exporter, the samples of all pipelines that feed it against
// what became of them. Shown as metrics at any time, checked and said in one line at the end.
//
// Threads: the loop's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/telemetry.h"
#include "collector/pipeline/component.h"
#include "collector/pipeline/ledger.h"
#include "collector/pipeline/pipeline.h"

namespace tributary::collector {

// What it is given outlives it, and it outlives whoever renders the metrics.
class Balances {
 public:
  struct Feed {
    std::string pipeline;
    std::vector<std::string> processors;
    const Pipeline* counts = nullptr;
  };

  // `feeds` are the pipelines that name the exporter.
  void add(std::string exporter, const Exporter& component, std::vector<Feed> feeds,
           Telemetry& telemetry);

  // A line for each exporter that keeps an account and was given anything.
  void check(const Logger& log) const;

 private:
  struct Account {
    std::string exporter;
    const Exporter* component = nullptr;
    std::vector<Feed> feeds;
  };

  static Balance balance_of(const Account& account);

  std::vector<std::unique_ptr<const Account>> accounts_;  // where metrics find them
};

// tributary_pipeline_samples_received, …_refused and …_filtered.
void show_pipeline(const Balances::Feed& feed, Telemetry& telemetry);

}  // namespace tributary::collector
