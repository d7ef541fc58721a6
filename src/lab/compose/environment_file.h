// The files of `env_file` and ".env": NAME=VALUE on each line, as the docker CLI that is in the
// ECS CLI reads them: the value as it stands, quotes and spaces included; lines that are empty or
// begin with "#" are skipped; NAME alone takes the variable from the environment.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "lab/compose/interpolation.h"

namespace tributary::lab::compose {

using Environment = std::map<std::string, std::string>;

Environment parse_environment_file(std::string text, std::string name, const Variables& variables,
                                   config::Diagnostics& diagnostics);

}  // namespace tributary::lab::compose
