// The configuration reference: every setting of every component, in Markdown, from the declarations
// that configuration is read by. docs/configuration.md is this text.
#pragma once

#include <string>

#include "collector/pipeline/registry.h"

namespace tributary::collector {

std::string configuration_reference(const Registry& registry);

}  // namespace tributary::collector
