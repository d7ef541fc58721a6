// Places in a text by their offset in bytes.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "config/node.h"

namespace tributary::config {

Mark mark_of_offset(const std::shared_ptr<const Source>& source, std::size_t offset);

// Where the first byte that is not UTF-8 stands. The text must have one.
std::size_t invalid_utf8_offset(std::string_view text);

}  // namespace tributary::config
