#include "promql/go_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace tributary::promql {

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

}  // namespace tributary::promql
