// Puts the prometheus receiver on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::prometheus {

void register_component(Registry& registry);

}  // namespace tributary::collector::prometheus
