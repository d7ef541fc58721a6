// Small operations on text that the standard library leaves out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text);  // ASCII white space at both ends
std::string to_lower(std::string_view text);   // ASCII only
bool equals_ignore_case(std::string_view a, std::string_view b);

// Decimal, the whole text, no sign for unsigned.
std::optional<std::int64_t> parse_int64(std::string_view text);
std::optional<std::uint64_t> parse_uint64(std::string_view text);

bool is_valid_utf8(std::string_view text);

std::string to_hex(std::span<const std::uint8_t> bytes);  // lower case
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // padded, strict

// RFC 3986: everything but A-Z a-z 0-9 - _ . ~ becomes %XX (upper case).
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);  // nothing on a broken escape

// The candidate nearest to `word` if it is near enough to be a misspelling (Damerau-Levenshtein
// distance of at most a third of the length), else nothing.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

// Compares in time that depends on the lengths alone.
bool equals_constant_time(std::string_view a, std::string_view b);

}  // namespace tributary
