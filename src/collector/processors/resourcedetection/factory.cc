#include "collector/processors/resourcedetection/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/processors/resourcedetection/resource_detection.h"

namespace tributary::collector::resourcedetection {

void register_component(Registry& registry) {
  registry.add(make_processor<Config, ResourceDetection>("resourcedetection"));
  registry.add_alias<Processor>("resource_detection", "resourcedetection");
}

}  // namespace tributary::collector::resourcedetection
