#include "exposition/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "model/sample.h"

namespace tributary::exposition {
namespace {

constexpr std::uint64_t kExactMax = 1ULL << 53;  // integers up to here are doubles
constexpr std::size_t kDigitsMax = 19;           // so many fit into 64 bits

// Every power of ten that is exactly a double.
constexpr std::array<double, 23> kTens = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits from `at` on, added to `number`; returns where they end. More than fit wrap around.
const char* take_digits(const char* at, const char* end, std::uint64_t& number) {
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned>(*at) - static_cast<unsigned>('0');
    if (digit > 9) break;
    number = number * 10 + digit;
  }
  return at;
}

// Behind an `e`, from its sign on; null where it is malformed or has more than three digits.
const char* take_exponent(const char* at, const char* end, std::int64_t& exponent) {
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  std::uint64_t number = 0;
  const char* const stop = take_digits(at, end, number);
  if (stop == at || stop - at > 3) return nullptr;
  exponent += negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  return stop;
}

std::size_t take_plain_special(std::string_view text, double& value) {
  if (text.starts_with("NaN")) {
    value = kNormalNaN;
    return 3;
  }
  if (!text.starts_with("+Inf") && !text.starts_with("-Inf")) return 0;
  value = text.front() == '-' ? -std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::infinity();
  return 4;
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

// Where digits and power of ten are both exactly doubles, one multiplication or division rounds
// correctly (Clinger, "How to read floating point numbers accurately", 1990).
std::size_t take_plain_number(std::string_view text, double& value) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  const char* const first = at;
  std::uint64_t number = 0;
  std::int64_t exponent = 0;
  at = take_digits(at, end, number);
  auto digits = static_cast<std::size_t>(at - first);
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    at = take_digits(at, end, number);
    exponent = fraction - at;
    digits += static_cast<std::size_t>(at - fraction);
  }
  if (digits == 0) return take_plain_special(text, value);
  if (at != end && (*at == 'e' || *at == 'E')) {
    at = take_exponent(at + 1, end, exponent);
    if (at == nullptr) return 0;
  }
  if (digits <= kDigitsMax && number <= kExactMax && exponent >= -22 && exponent <= 22) {
    value = static_cast<double>(number);
    value = exponent < 0 ? value / kTens[static_cast<std::size_t>(-exponent)]
                         : value * kTens[static_cast<std::size_t>(exponent)];
  } else {
    const auto [stop, failure] = std::from_chars(first, at, value, std::chars_format::general);
    if (stop != at || failure != std::errc()) return 0;
  }
  if (negative) value = -value;
  return static_cast<std::size_t>(at - text.data());
}

std::optional<double> parse_float(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (double value = 0; take_plain_number(text, value) == text.size()) return value;

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
