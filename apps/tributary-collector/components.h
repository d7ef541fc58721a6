// The whole list of what tributary-collector can run.
#pragma once

#include "collector/pipeline/registry.h"

namespace tributary::collector {

Registry builtin_components();

}  // namespace tributary::collector
