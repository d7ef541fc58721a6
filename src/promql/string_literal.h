// String literals of PromQL: "..." and '...' with Go's escapes, `...` raw; and text quoted as Go
// (strconv.Quote) and so Prometheus shows it in messages and printed expressions.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::promql {

// What `quoted`, quotes included, stands for; nothing where it is malformed. The lexer has found
// the quotes to match and most escapes to be sound.
std::optional<std::string> unquote(std::string_view quoted);

std::string quote(std::string_view text);  // "a\n"
std::string quote_rune(char32_t rune);     // 'a', '\n'
std::string describe_rune(char32_t rune);  // U+0061 'a', U+000A

inline constexpr char32_t kReplacementRune = 0xfffd;

struct Rune {
  char32_t value = kReplacementRune;  // also where the bytes are no character
  std::size_t size = 1;
};

// The first character of `text`, which is not empty. Bytes that are none count one by one.
Rune decode_rune(std::string_view text);

}  // namespace tributary::promql
