// Reads the names that configuration gives to components and pipelines: "filter", "filter/ecs".
#pragma once

#include <string_view>

#include "base/result.h"
#include "collector/pipeline/component.h"

namespace tributary::collector {

// A type is a letter and up to 62 letters, digits or "_"; a name is any text of up to 1024 bytes.
Result<ComponentId> parse_component_id(std::string_view text);

}  // namespace tributary::collector
