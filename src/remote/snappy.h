// Snappy's block format, in which remote write sends its bodies (never the framed one).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::remote {

std::string compress(std::string_view bytes);

// The same without the length in front, in `room`, which only grows: fragments of messages stand
// one behind the other in a body with the length of them all.
std::string_view compress_fragment(std::string_view bytes, std::string& room);

// The most that so many bytes can become: what is surely below a limit need not be tried.
std::size_t compressed_size_max(std::size_t bytes);

// Refuses a body that says, or would have to be, longer than `bytes_max` before making room for it.
Result<std::string> uncompress(std::string_view compressed, std::size_t bytes_max);
// The same into memory that is used again and again; the result lies in `room`, which only grows.
Result<std::string_view> uncompress(std::string_view compressed, std::size_t bytes_max,
                                    std::string& room);

}  // namespace tributary::remote
