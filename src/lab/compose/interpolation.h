// Variables in the values of a compose file, in compose's own syntax (docs.docker.com:
// compose-file, interpolation):
//   $NAME  ${NAME}  ${NAME:-default}  ${NAME-default}  ${NAME:+instead}  ${NAME+instead}
//   ${NAME:?message}  ${NAME?message}  $$
// With ":" an empty variable counts as one that is not set. A default may hold variables itself;
// what a variable holds is not searched again. One that is not set gives nothing, with a warning.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/node.h"

namespace tributary::lab::compose {

inline constexpr std::size_t kInterpolationDepthMax = 16;
inline constexpr std::size_t kInterpolatedBytesMax = 4U << 20;  // of all values together

using Variables = std::function<std::optional<std::string>(const std::string& name)>;

// In every text below `node`, keys excepted.
void interpolate(config::Node& node, const Variables& variables, config::Diagnostics& diagnostics);

}  // namespace tributary::lab::compose
