// Which of the two protocols a remote write speaks, by its headers, as Prometheus 3 tells them
// apart.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "hub/workspaces/store.h"

namespace tributary::hub::workspaces {

enum class WriteFormat : std::uint8_t { v1, v2 };

// An absent header means 1.0 and snappy. The error of anything else (`unsupported`) is for a 415.
Result<WriteFormat> write_format_of(const WriteCall& call);

}  // namespace tributary::hub::workspaces
