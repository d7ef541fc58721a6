// The whole configuration of the collector: components, and the service that says which of them run
// in which pipelines. Read and checked without starting anything.
//
// Values, no threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collector/pipeline/registry.h"
#include "collector/service/telemetry_config.h"
#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::collector {

template <class Kind>
struct Configured {
  ComponentId id;
  config::Mark mark;
  std::shared_ptr<const Blueprint<Kind>> blueprint;  // null only where an error was said
};

struct PipelineConfig {
  ComponentId id;  // metrics, metrics/ecs
  std::vector<ComponentId> receivers;
  std::vector<ComponentId> processors;  // in their order
  std::vector<ComponentId> exporters;
};

struct Document {
  std::vector<Configured<Receiver>> receivers;
  std::vector<Configured<Processor>> processors;
  std::vector<Configured<Exporter>> exporters;
  std::vector<Configured<Extension>> extensions;

  std::vector<ComponentId> service_extensions;  // in the order of their start
  std::vector<PipelineConfig> pipelines;
  TelemetryConfig telemetry;
};

// Says everything that is wrong; the document is to be used only where no error was said.
// Components that no pipeline uses are checked all the same, and warned about.
Document read_document(const config::Node& node, const Registry& registry,
                       config::Diagnostics& diagnostics);

// The effective configuration: every setting with its value, secrets masked.
config::Node print(const Document& document);

}  // namespace tributary::collector
