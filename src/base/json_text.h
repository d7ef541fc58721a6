// Writing JSON by appending to a string (RFC 8259). Reading is RapidJSON's.
#pragma once

#include <string>
#include <string_view>

namespace tributary {

// Appends `text` in quotes, escaped. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

std::string json_string(std::string_view text);

}  // namespace tributary
