// Puts the memory_limiter processor on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::memory_limiter {

void register_component(Registry& registry);

}  // namespace tributary::collector::memory_limiter
