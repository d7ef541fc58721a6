// Several compose files make one, each on top of those before (docs.docker.com: compose-file,
// merge): mappings key by key; of a service, ports, tmpfs, volumes, env_file and expose add up, and
// environment and labels merge by name in whichever form they are written; anything else is
// replaced.
//
// Threads: pure functions.
#pragma once

#include "config/node.h"

namespace tributary::lab::compose {

void merge_compose(config::Node& base, config::Node layer);

}  // namespace tributary::lab::compose
