// The bytes of characters in UTF-8. (is_valid_utf8 stands in base/strings.h.)
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary {

// `rune` is at most 0x10ffff.
void append_utf8(std::string& out, std::uint32_t rune);

// Whether the byte is the first of a character; all others continue one.
constexpr bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

std::size_t count_characters(std::string_view utf8);

// All of it, or "..." after as many whole characters as `bytes_max` has room for.
std::string shorten(std::string_view utf8, std::size_t bytes_max);

}  // namespace tributary
