#include "collector/receivers/awsecscontainermetrics/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/receivers/awsecscontainermetrics/receiver.h"

namespace tributary::collector::awsecscontainermetrics {

void register_component(Registry& registry) {
  registry.add(make_receiver<Config, Receiver>("awsecscontainermetrics"));
}

}  // namespace tributary::collector::awsecscontainermetrics
