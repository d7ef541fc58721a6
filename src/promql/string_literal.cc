#include "promql/string_literal.h"

#include <cstdio>

#include "base/utf8.h"

namespace tributary::promql {
namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

Error unknown_escape(char c) {
  char number[16];
  std::snprintf(number, sizeof number, "U+%04X", static_cast<unsigned char>(c));
  return Error(Code::invalid_argument,
               std::string("unknown escape sequence ") + number + " '" + c + "'");
}

struct NumericEscape {
  unsigned digits;
  unsigned base;
  std::uint32_t max;
  bool is_rune;
};

// After the backslash: \ooo, \xhh, \uhhhh, \Uhhhhhhhh.
Result<void> append_numeric(std::string_view text, std::size_t& at, NumericEscape escape,
                            std::string& out) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < escape.digits; ++i, ++at) {
    const int digit = at < text.size() ? digit_value(text[at]) : 99;
    if (digit >= static_cast<int>(escape.base)) {
      return Error(Code::invalid_argument, "illegal character in escape sequence");
    }
    value = value * escape.base + static_cast<std::uint32_t>(digit);
  }
  if (value > escape.max || (escape.is_rune && value >= 0xd800 && value < 0xe000)) {
    return Error(Code::invalid_argument, "escape sequence is an invalid Unicode code point");
  }
  if (escape.is_rune) {
    append_utf8(out, value);
  } else {
    out += static_cast<char>(value);
  }
  return {};
}

}  // namespace

Result<std::string> unquote(std::string_view quoted) {
  const char quote = quoted.front();
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  if (quote == '`') return std::string(text);
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    const char c = text[at + 1];
    const std::size_t simple = kLetters.find(c);
    Result<void> done;
    if (simple != std::string_view::npos && !((c == '\'' || c == '"') && c != quote)) {
      out += kMeanings[simple];
      at += 2;
    } else if (c >= '0' && c <= '7') {
      done = append_numeric(text, ++at, {3, 8, 255, false}, out);
    } else if (c == 'x') {
      done = append_numeric(text, at += 2, {2, 16, 255, false}, out);
    } else if (c == 'u') {
      done = append_numeric(text, at += 2, {4, 16, 0x10ffff, true}, out);
    } else if (c == 'U') {
      done = append_numeric(text, at += 2, {8, 16, 0x10ffff, true}, out);
    } else {
      return unknown_escape(c);
    }
    if (!done) return done.error();
  }
  return out;
}

}  // namespace tributary::promql
