// Puts the filter processor on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::filter {

void register_component(Registry& registry);

}  // namespace tributary::collector::filter
