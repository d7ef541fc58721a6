#include "collector/extensions/ignored/factory.h"

#include "collector/extensions/ignored/ignored.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::ignored {

void register_component(Registry& registry) {
  registry.add(make_extension<PprofConfig, Ignored>("pprof"));
  registry.add(make_extension<ZpagesConfig, Ignored>("zpages"));
}

}  // namespace tributary::collector::ignored
