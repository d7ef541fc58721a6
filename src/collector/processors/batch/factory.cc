#include "collector/processors/batch/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/processors/batch/batch.h"

namespace tributary::collector::batch {

void register_component(Registry& registry) {
  registry.add(make_processor<Config, Passthrough>("batch"));
}

}  // namespace tributary::collector::batch
