#include "collector/extensions/health_check/factory.h"

#include "collector/extensions/health_check/health_check.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::health_check {

void register_component(Registry& registry) {
  registry.add(make_extension<Config, HealthCheck>("health_check"));
}

}  // namespace tributary::collector::health_check
