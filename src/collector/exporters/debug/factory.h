// Puts the exporters `debug` and `logging` on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::debug {

void register_component(Registry& registry);

}  // namespace tributary::collector::debug
