#include "collector/extensions/file_storage/factory.h"

#include "collector/extensions/file_storage/file_storage.h"
#include "collector/pipeline/registry.h"

namespace tributary::collector::file_storage {

void register_component(Registry& registry) {
  registry.add(make_extension<Config, FileStorage>("file_storage"));
}

}  // namespace tributary::collector::file_storage
