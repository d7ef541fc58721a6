// Puts the awsecscontainermetrics receiver on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::awsecscontainermetrics {

void register_component(Registry& registry);

}  // namespace tributary::collector::awsecscontainermetrics
