#include "promql/go_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/strings.h"

namespace tributary::promql {
namespace {

// The bytes of the well-formed UTF-8 character at the front of `text`, or 0.
std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return text.size() >= size && is_valid_utf8(text.substr(0, size)) ? size : 0;
}

void append_hex_escape(char byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<std::uint8_t>(byte);
  out += "\\x";
  out += kDigits[value >> 4];
  out += kDigits[value & 0xf];
}

void append_ascii(char c, std::string& out) {
  constexpr std::string_view kNamed = "\a\b\f\n\r\t\v";
  constexpr std::string_view kNames = "abfnrtv";
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (const std::size_t at = kNamed.find(c); at != std::string_view::npos) {
    out += '\\';
    out += kNames[at];
  } else if (c < 0x20 || c == 0x7f) {
    append_hex_escape(c, out);
  } else {
    out += c;
  }
}

}  // namespace

std::string shortest_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";

  std::array<char, 32> buffer;
  const auto format = [&](std::chars_format style) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, style).ptr;
    return std::string_view(buffer.data(), end);
  };
  // The exponent decides, so the scientific form comes first.
  const std::string scientific(format(std::chars_format::scientific));
  const std::size_t mark = scientific.find('e');
  const bool negative = scientific[mark + 1] == '-';
  int exponent = 0;
  std::from_chars(scientific.data() + mark + 2, scientific.data() + scientific.size(), exponent);
  if (negative ? exponent > 4 : exponent > 5) return scientific;
  return std::string(format(std::chars_format::fixed));
}

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    if (size == 0) {
      append_hex_escape(text.front(), out);
    } else if (size == 1) {
      append_ascii(text.front(), out);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out + "\"";
}

}  // namespace tributary::promql
