// Reads YAML 1.1 text into nodes (libyaml's events, our own rules): one document, duplicate keys
// refused, aliases and `<<` merge keys expanded within a limit, positions kept.
#pragma once

#include <cstddef>
#include <string>

#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::config {

struct YamlLimits {
  std::size_t bytes_max = 4U << 20;
  std::size_t depth_max = 64;
  std::size_t nodes_max = 500'000;
  std::size_t alias_nodes_max = 50'000;  // made by all aliases together
};

// On an error says where, and returns a null node. An empty text is a null node.
Node parse(std::string text, std::string source_name, Diagnostics& diagnostics,
           const YamlLimits& limits = {});

}  // namespace tributary::config
