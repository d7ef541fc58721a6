// Puts the sigv4auth extension on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::sigv4auth {

void register_component(Registry& registry);

}  // namespace tributary::collector::sigv4auth
