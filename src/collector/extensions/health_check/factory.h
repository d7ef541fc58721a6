// Puts the health_check extension on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::health_check {

void register_component(Registry& registry);

}  // namespace tributary::collector::health_check
