#include "collector/receivers/prometheus/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/receivers/prometheus/receiver.h"

namespace tributary::collector::prometheus {

void register_component(Registry& registry) {
  registry.add(make_receiver<Config, Receiver>("prometheus"));
}

}  // namespace tributary::collector::prometheus
