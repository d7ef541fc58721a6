// Reads JSON text (RFC 8259; RapidJSON's events) into the same nodes as YAML, so that a JSON body
// is decoded by the same declarations: one value, duplicate keys refused, positions kept. Strings
// are quoted scalars; numbers, true and false are plain ones, as they were written.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::config {

struct JsonLimits {
  std::size_t bytes_max = 4U << 20;
  std::size_t depth_max = 64;
  std::size_t nodes_max = 500'000;
};

// On an error says where, and returns a null node. An empty text is an error.
Node parse_json(std::string text, std::string source_name, Diagnostics& diagnostics,
                const JsonLimits& limits = {});

}  // namespace tributary::config
