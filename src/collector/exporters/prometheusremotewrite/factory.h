// Puts the remote-write exporters on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::prometheusremotewrite {

void register_component(Registry& registry);

}  // namespace tributary::collector::prometheusremotewrite
