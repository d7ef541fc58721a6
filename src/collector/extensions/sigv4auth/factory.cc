#include "collector/extensions/sigv4auth/factory.h"

#include "collector/extensions/sigv4auth/sigv4auth.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::sigv4auth {

void register_component(Registry& registry) {
  registry.add(make_extension<Config, SigV4Auth>("sigv4auth"));
}

}  // namespace tributary::collector::sigv4auth
