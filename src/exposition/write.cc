#include "exposition/write.h"

#include <charconv>
#include <cmath>

#include "exposition/number.h"

namespace tributary::exposition {
namespace {

// A finite number as the shortest digits that give it back and the power of ten of the first one.
struct Decimal {
  std::string scientific;  // "-1.25e-07": two exponent digits at least, as in Go
  std::string digits;      // "125"
  int exponent = 0;        // -7
};

Decimal shortest_decimal(double value) {
  char text[32];
  const auto [end, ec] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  Decimal decimal{.scientific = std::string(text, end)};
  const std::size_t exponent_at = decimal.scientific.find('e');
  for (const char c : decimal.scientific.substr(0, exponent_at))
    if (c >= '0' && c <= '9') decimal.digits += c;
  const bool negative = decimal.scientific[exponent_at + 1] == '-';
  const char* const first = decimal.scientific.data() + exponent_at + 2;
  std::from_chars(first, decimal.scientific.data() + decimal.scientific.size(), decimal.exponent);
  if (negative) decimal.exponent = -decimal.exponent;
  return decimal;
}

std::string without_exponent(const Decimal& decimal) {
  std::string text = decimal.scientific.front() == '-' ? "-" : "";
  const auto size = static_cast<int>(decimal.digits.size());
  const int before_point = decimal.exponent + 1;
  if (before_point <= 0) {
    text += "0.";
    text.append(static_cast<std::size_t>(-before_point), '0');
    return text + decimal.digits;
  }
  if (before_point >= size) {
    text += decimal.digits;
    text.append(static_cast<std::size_t>(before_point - size), '0');
    return text;
  }
  const auto point = static_cast<std::size_t>(before_point);
  return text + decimal.digits.substr(0, point) + '.' + decimal.digits.substr(point);
}

std::string format_special(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

}  // namespace

std::string format_float(double value) {
  if (!std::isfinite(value)) return format_special(value);
  const Decimal decimal = shortest_decimal(value);
  constexpr int kExponentMin = -4, kExponentEnd = 6;
  if (decimal.exponent < kExponentMin || decimal.exponent >= kExponentEnd)
    return decimal.scientific;
  return without_exponent(decimal);
}

std::string format_openmetrics_float(double value) {
  std::string text = format_float(value);
  if (std::isfinite(value) && text.find_first_of("e.") == std::string::npos) text += ".0";
  return text;
}

std::string format_decimal(double value) {
  if (!std::isfinite(value)) return format_special(value);
  return without_exponent(shortest_decimal(value));
}

void normalize_float_label(std::string& value) {
  if (const auto number = parse_float(value)) value = format_openmetrics_float(*number);
}

}  // namespace tributary::exposition
