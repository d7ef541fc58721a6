#include "promql/string_literal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/utf8.h"

namespace tributary::promql {
namespace {

constexpr char32_t kRuneMax = 0x10ffff;

struct RuneRange {
  char32_t first;
  char32_t last;
};

// What Go does not print as it is: controls, formats, spaces but U+0020, surrogates, private use,
// and the larger unassigned ranges.
constexpr std::array<RuneRange, 19> kUnprintable = {{{0x00, 0x1f},
                                                     {0x7f, 0xa0},
                                                     {0xad, 0xad},
                                                     {0x600, 0x605},
                                                     {0x61c, 0x61c},
                                                     {0x6dd, 0x6dd},
                                                     {0x70f, 0x70f},
                                                     {0x1680, 0x1680},
                                                     {0x180e, 0x180e},
                                                     {0x2000, 0x200f},
                                                     {0x2028, 0x202f},
                                                     {0x205f, 0x206f},
                                                     {0x3000, 0x3000},
                                                     {0xd800, 0xf8ff},
                                                     {0xfeff, 0xfeff},
                                                     {0xfff0, 0xfffb},
                                                     {0xfffe, 0xffff},
                                                     {0x1d173, 0x1d17a},
                                                     {0xe0000, kRuneMax}}};

bool is_printable(char32_t rune) {
  return std::none_of(kUnprintable.begin(), kUnprintable.end(), [rune](const RuneRange& range) {
    return rune >= range.first && rune <= range.last;
  });
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// Reads `digits` of `base` from the front of `rest`.
std::optional<std::uint32_t> take_digits(std::string_view& rest, unsigned digits, unsigned base) {
  if (rest.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < digits; ++i) {
    const int digit = digit_value(rest[i]);
    if (digit >= static_cast<int>(base)) return std::nullopt;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(digits);
  return value;
}

constexpr std::string_view kEscapeLetters = "abfnrtv\\";
constexpr std::string_view kEscapeMeanings = "\a\b\f\n\r\t\v\\";

// `rest` begins after a backslash.
bool append_escaped(std::string_view& rest, char quote, std::string& out) {
  if (rest.empty()) return false;
  const char c = rest.front();
  if (const std::size_t letter = kEscapeLetters.find(c); letter != std::string_view::npos) {
    out += kEscapeMeanings[letter];
    rest.remove_prefix(1);
    return true;
  }
  if (c == quote) {
    out += c;
    rest.remove_prefix(1);
    return true;
  }
  if (c >= '0' && c <= '7') {
    const auto byte = take_digits(rest, 3, 8);
    if (!byte || *byte > 255) return false;
    out += static_cast<char>(*byte);
    return true;
  }
  rest.remove_prefix(1);
  if (c == 'x') {
    const auto byte = take_digits(rest, 2, 16);
    if (byte) out += static_cast<char>(*byte);
    return byte.has_value();
  }
  if (c != 'u' && c != 'U') return false;
  const auto rune = take_digits(rest, c == 'u' ? 4 : 8, 16);
  if (!rune || *rune > kRuneMax) return false;
  append_utf8(out, *rune);
  return true;
}

void append_quoted_rune(std::string& out, char32_t rune, char quote) {
  if (rune == static_cast<unsigned char>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
    return;
  }
  if (is_printable(rune)) return append_utf8(out, rune);
  const std::size_t letter =
      rune < 0x20 ? kEscapeMeanings.find(static_cast<char>(rune)) : std::string_view::npos;
  if (letter != std::string_view::npos) {
    out += '\\';
    out += kEscapeLetters[letter];
    return;
  }
  const char* const format = rune < 0x20 || rune == 0x7f ? "\\x%02x"
                             : rune < 0x10000            ? "\\u%04x"
                                                         : "\\U%08x";
  char text[16];
  std::snprintf(text, sizeof text, format, static_cast<unsigned>(rune));
  out += text;
}

}  // namespace

Rune decode_rune(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t value = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (begins_character(text[i])) return {};
    value = (value << 6) | (byte(i) & 0x3fU);
  }
  const bool overlong = value < (size == 2 ? 0x80U : size == 3 ? 0x800U : 0x10000U);
  if (overlong || value > kRuneMax || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, size};
}

std::optional<std::string> unquote(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != quoted.back()) return std::nullopt;
  const char quote = quoted.front();
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  if (quote == '`') return std::string(rest);
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    if (c == quote || c == '\n') return std::nullopt;
    rest.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (!append_escaped(rest, quote, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (rune.value == kReplacementRune && rune.size == 1) {
      char byte[8];
      std::snprintf(byte, sizeof byte, "\\x%02x", static_cast<unsigned char>(text.front()));
      out += byte;
    } else {
      append_quoted_rune(out, rune.value, '"');
    }
    text.remove_prefix(rune.size);
  }
  return out + '"';
}

std::string quote_rune(char32_t rune) {
  std::string out = "'";
  append_quoted_rune(out, rune, '\'');
  return out + '\'';
}

std::string describe_rune(char32_t rune) {
  char number[16];
  std::snprintf(number, sizeof number, "U+%04X", static_cast<unsigned>(rune));
  std::string out = number;
  if (is_printable(rune)) {
    out += " '";
    append_utf8(out, rune);
    out += '\'';
  }
  return out;
}

}  // namespace tributary::promql
