// Puts the resourcedetection processor on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::resourcedetection {

void register_component(Registry& registry);

}  // namespace tributary::collector::resourcedetection
