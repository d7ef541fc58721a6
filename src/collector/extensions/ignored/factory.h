// Puts the extensions without effect, pprof and zpages, on the list of what the collector can run.
#pragma once

namespace tributary::collector {
class Registry;
}

namespace tributary::collector::ignored {

void register_component(Registry& registry);

}  // namespace tributary::collector::ignored
