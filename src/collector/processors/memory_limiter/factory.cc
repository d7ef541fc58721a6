#include "collector/processors/memory_limiter/factory.h"

#include "collector/pipeline/registry.h"
#include "collector/processors/memory_limiter/memory_limiter.h"

namespace tributary::collector::memory_limiter {

void register_component(Registry& registry) {
  registry.add(make_processor<Config, MemoryLimiter>("memory_limiter"));
}

}  // namespace tributary::collector::memory_limiter
