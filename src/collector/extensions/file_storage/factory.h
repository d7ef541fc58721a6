// Puts the file_storage extension on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::file_storage {

void register_component(Registry& registry);

}  // namespace tributary::collector::file_storage
