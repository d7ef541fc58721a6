#include "promql/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/duration.h"
#include "base/strings.h"
#include "model/sample.h"
#include "promql/string_literal.h"

namespace tributary::promql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Error unreadable(std::string_view text, std::string_view why) {
  return Error(Code::invalid_argument, "error parsing number: strconv.ParseFloat: parsing " +
                                           quote(text) + ": " + std::string(why));
}

// Each underscore stands between digits, or behind 0x.
bool underscores_fit(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !is_alnum(text[i - 1]) || !is_alnum(text[i + 1])) {
      return false;
    }
  }
  return true;
}

// As Go reads an integer: 0x1f, 017, 12; nothing where it is none or does not fit.
std::optional<std::int64_t> parse_integer(std::string_view digits) {
  int base = 10;
  if (digits.starts_with("0x")) {
    base = 16;
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits.front() == '0') {
    base = 8;
    digits.remove_prefix(1);
  }
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Digits and where the point stands in them: 0.d1 d2 d3 ... x 10^exponent.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal shortest_decimal(double value) {
  char text[64];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  const std::string_view all(text, static_cast<std::size_t>(end - text));
  const std::size_t e = all.find('e');
  Decimal out;
  std::copy_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(e),
               std::back_inserter(out.digits), is_digit);
  out.exponent = std::atoi(std::string(all.substr(e + 1)).c_str()) + 1;
  return out;
}

// Inf and NaN, which have no digits.
std::optional<std::string> format_special(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return std::nullopt;
}

}  // namespace

Result<double> parse_number(std::string_view text) {
  std::string digits = to_lower(text);
  if (digits == "inf") return std::numeric_limits<double>::infinity();
  if (digits == "nan") return kNormalNaN;
  if (!underscores_fit(digits)) return unreadable(text, "invalid syntax");
  std::erase(digits, '_');
  if (const auto integer = parse_integer(digits)) return static_cast<double>(*integer);
  if (digits.starts_with("0x")) return unreadable(text, "invalid syntax");
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) {
    return unreadable(text, "invalid syntax");
  }
  if (error == std::errc::result_out_of_range) value = std::strtod(digits.c_str(), nullptr);
  if (std::isinf(value)) return unreadable(text, "value out of range");
  return value;
}

Result<double> parse_duration_seconds(std::string_view text) {
  constexpr std::array<std::string_view, 7> kUnits = {"y", "w", "d", "h", "m", "s", "ms"};
  const auto duration = parse_prometheus_duration(text);
  if (duration) return static_cast<double>(duration->count()) / 1e9;
  // Why not? A unit of its own is named as Prometheus does.
  const auto fail = [](std::string message) {
    return Error(Code::invalid_argument, std::move(message));
  };
  bool whole = true;
  std::size_t last_unit = 0;
  for (std::string_view rest = text; !rest.empty() && whole;) {
    const std::size_t digits = static_cast<std::size_t>(
        std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
    const bool fits = parse_uint64(rest.substr(0, digits)).has_value();
    rest.remove_prefix(digits);
    const std::size_t letters =
        static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), is_digit) - rest.begin());
    const std::string_view unit = rest.substr(0, letters);
    rest.remove_prefix(letters);
    whole = digits > 0 && letters > 0 && fits;
    if (!whole) break;
    const auto found = std::find(kUnits.begin(), kUnits.end(), unit);
    if (found == kUnits.end()) {
      return fail("unknown unit " + quote(unit) + " in duration " + quote(text));
    }
    const auto number = static_cast<std::size_t>(found - kUnits.begin()) + 1;
    whole = number > last_unit;
    last_unit = number;
  }
  return fail(whole ? "duration out of range" : "not a valid duration string: " + quote(text));
}

std::string format_number(double value) {
  if (auto special = format_special(value)) return *special;
  Decimal decimal = shortest_decimal(std::abs(value));
  std::string out = std::signbit(value) ? "-" : "";
  if (value == 0) return out + "0";
  const int size = static_cast<int>(decimal.digits.size());
  if (decimal.exponent <= 0) {
    return out + "0." + std::string(static_cast<std::size_t>(-decimal.exponent), '0') +
           decimal.digits;
  }
  if (decimal.exponent >= size) {
    return out + decimal.digits +
           std::string(static_cast<std::size_t>(decimal.exponent - size), '0');
  }
  decimal.digits.insert(static_cast<std::size_t>(decimal.exponent), 1, '.');
  return out + decimal.digits;
}

std::string format_number_shortest(double value) {
  if (auto special = format_special(value)) return *special;
  const Decimal decimal = shortest_decimal(std::abs(value));
  const int exponent = decimal.exponent - 1;
  if (value == 0 || (exponent >= -4 && exponent < 21)) return format_number(value);
  std::string out = std::signbit(value) ? "-" : "";
  out += decimal.digits.front();
  if (decimal.digits.size() > 1) out += "." + decimal.digits.substr(1);
  const std::string power = std::to_string(std::abs(exponent));
  return out + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
}

std::string format_duration_ms(std::int64_t ms) {
  const auto text = [](std::int64_t value) {
    return prometheus_duration(std::chrono::milliseconds(value));
  };
  return ms < 0 ? "-" + text(-ms) : text(ms);
}

}  // namespace tributary::promql
