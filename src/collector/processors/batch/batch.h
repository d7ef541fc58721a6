// The batch processor passes everything through. Configurations have it because the exporters of
// the OpenTelemetry Collector send what they get as they get it; ours gather batches into requests
// by themselves, up to the size that the other side takes.
//
// Threads: the loop's.
#pragma once

#include "collector/pipeline/component.h"
#include "collector/processors/batch/config.h"

namespace tributary::collector::batch {

class Passthrough final : public Processor {
 public:
  Passthrough(Context, Config) {}

  RunMap map(const SeriesRunPtr& run) override { return {run, {}, {}}; }
};

}  // namespace tributary::collector::batch
