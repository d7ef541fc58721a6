// Where a configuration comes from: --config (repeatable, later wins key by key), --set on top, or
// AOT_CONFIG_CONTENT alone where that variable is present. The outcome has its expressions
// substituted.
//
// A --config value is a path or <scheme>:<value>, with file, env (the name of a variable that holds
// YAML) or yaml (text; "::" separates nested keys: `yaml:processors::batch::timeout: 2s`).
#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/outside.h"

namespace tributary::config {

struct SourceOptions {
  std::vector<std::string> configs;
  std::vector<std::string> sets;  // a.b.c=value
};

// The merged document; a null node, with an error said, where nothing could be read.
Node load(const SourceOptions& options, const Outside& outside, Diagnostics& diagnostics);

// Mappings merge key by key; anything else is replaced.
void merge(Node& base, Node layer);

}  // namespace tributary::config
