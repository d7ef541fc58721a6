#include "collector/processors/filter/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/processors/filter/filter.h"

namespace tributary::collector::filter {

void register_component(Registry& registry) {
  registry.add(make_processor<Config, Filter>("filter"));
}

}  // namespace tributary::collector::filter
