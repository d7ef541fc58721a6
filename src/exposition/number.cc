#include "exposition/number.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "model/sample.h"

namespace tributary::exposition {
namespace {

constexpr std::size_t kExactDigits = 15;  // any integer of so many digits is a double

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<double> parse_small_integer(std::string_view text) {
  if (text.size() > kExactDigits) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return static_cast<double>(number);
}

std::optional<double> parse_special(std::string_view unsigned_text, bool has_sign, bool negative) {
  if (equals_ignore_case(unsigned_text, "inf") || equals_ignore_case(unsigned_text, "infinity")) {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (!has_sign && equals_ignore_case(unsigned_text, "nan")) return kNormalNaN;
  return std::nullopt;
}

// True for a well-formed decimal number, known to be out of range, that is too small rather than
// too large: by the power of ten of its first digit that is not zero.
bool is_underflow(std::string_view digits) {
  const std::size_t exponent_at = digits.find_first_of("eE");
  const std::string_view mantissa = digits.substr(0, exponent_at);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (exponent_at == std::string_view::npos) return magnitude < 0;

  std::string_view exponent_text = digits.substr(exponent_at + 1);
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  const auto exponent = parse_int64(exponent_text);
  if (!exponent) return exponent_text.starts_with('-');
  return *exponent < -magnitude;
}

}  // namespace

std::optional<double> parse_float(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const auto integer = parse_small_integer(text)) return integer;

  const bool negative = text.front() == '-';
  const bool has_sign = negative || text.front() == '+';
  const std::string_view digits = text.substr(has_sign ? 1 : 0);
  if (digits.empty()) return std::nullopt;
  if (!is_digit(digits.front()) && digits.front() != '.')
    return parse_special(digits, has_sign, negative);

  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, ec] = std::from_chars(digits.data(), end, value, std::chars_format::general);
  if (stop != end || ec == std::errc::invalid_argument) return std::nullopt;
  if (ec == std::errc::result_out_of_range) {
    if (!is_underflow(digits)) return std::nullopt;
    value = 0;
  }
  return negative ? -value : value;
}

std::int64_t seconds_to_ms(double seconds) {
  constexpr double kLimit = 0x1p63;
  const double ms = std::trunc(seconds * 1000);
  if (ms >= kLimit) return std::numeric_limits<std::int64_t>::max();
  if (ms < -kLimit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(ms);
}

}  // namespace tributary::exposition
