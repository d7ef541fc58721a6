#include "collector/exporters/debug/factory.h"

#include "collector/exporters/debug/exporter.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::debug {

void register_component(Registry& registry) {
  registry.add(make_exporter<Config, Exporter>("debug"));
  registry.add(make_exporter<LoggingConfig, Exporter>("logging"));
}

}  // namespace tributary::collector::debug
