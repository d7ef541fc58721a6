#include "base/duration.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/json_text.h"

namespace tributary {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::array<Unit, 7> kGoUnits = {{{"ns", 1},
                                           {"us", 1'000},
                                           {"\u00b5s", 1'000},
                                           {"ms", 1'000'000},
                                           {"s", kSecond},
                                           {"m", 60 * kSecond},
                                           {"h", 3600 * kSecond}}};
constexpr std::array<Unit, 7> kPrometheusUnits = {{{"y", 365 * 86400 * kSecond},
                                                   {"w", 7 * 86400 * kSecond},
                                                   {"d", 86400 * kSecond},
                                                   {"h", 3600 * kSecond},
                                                   {"m", 60 * kSecond},
                                                   {"s", kSecond},
                                                   {"ms", 1'000'000}}};

Error bad(std::string_view text, std::string_view wanted) {
  return Error(Code::invalid_argument,
               "duration " + json_string(text) + ": must be " + std::string(wanted));
}

std::size_t count_while(std::string_view text, bool (*matches)(char)) {
  std::size_t size = 0;
  while (size < text.size() && matches(text[size])) ++size;
  return size;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number_char(char c) { return is_digit(c) || c == '.'; }
bool is_unit_char(char c) { return !is_number_char(c); }

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

}  // namespace

Result<Duration> parse_go_duration(std::string_view text) {
  constexpr std::string_view kWanted = "a number with a unit, as in 15s, 1m30s, 500ms";
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest == "0") return Duration(0);
  if (rest.empty()) return bad(text, kWanted);
  long double total = 0;
  while (!rest.empty()) {
    const std::size_t digits = count_while(rest, is_number_char);
    double number = 0;
    const auto [stop, ec] =
        std::from_chars(rest.data(), rest.data() + digits, number, std::chars_format::fixed);
    if (digits == 0 || ec != std::errc() || stop != rest.data() + digits) return bad(text, kWanted);
    rest.remove_prefix(digits);
    const std::size_t letters = count_while(rest, is_unit_char);
    const Unit* unit = find_unit(kGoUnits, rest.substr(0, letters));
    if (unit == nullptr) return bad(text, kWanted);
    rest.remove_prefix(letters);
    total += static_cast<long double>(number) * static_cast<long double>(unit->nanoseconds);
  }
  if (total > static_cast<long double>(Duration::max().count()))
    return bad(text, "less than 292 years");
  const auto count = static_cast<std::int64_t>(std::round(total));
  return Duration(negative ? -count : count);
}

Result<Duration> parse_prometheus_duration(std::string_view text) {
  constexpr std::string_view kWanted =
      "whole numbers with units y, w, d, h, m, s, ms in this order, as in 15s or 1h30m";
  if (text == "0") return Duration(0);
  if (text.empty()) return bad(text, kWanted);
  std::string_view rest = text;
  std::int64_t total = 0;
  const Unit* last = nullptr;
  while (!rest.empty()) {
    const std::size_t digits = count_while(rest, is_digit);
    std::int64_t number = 0;
    const auto [stop, ec] = std::from_chars(rest.data(), rest.data() + digits, number);
    if (digits == 0 || ec != std::errc()) return bad(text, kWanted);
    rest.remove_prefix(digits);
    const std::size_t letters = count_while(rest, is_unit_char);
    const Unit* unit = find_unit(kPrometheusUnits, rest.substr(0, letters));
    if (unit == nullptr || (last != nullptr && unit->nanoseconds >= last->nanoseconds))
      return bad(text, kWanted);
    rest.remove_prefix(letters);
    last = unit;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(number, unit->nanoseconds, &part) ||
        __builtin_add_overflow(total, part, &total))
      return bad(text, "less than 292 years");
  }
  return Duration(total);
}

std::string go_duration(Duration duration) {
  if (duration == Duration(0)) return "0s";
  std::string out = duration < Duration(0) ? "-" : "";
  auto left =
      static_cast<std::uint64_t>(duration < Duration(0) ? -duration.count() : duration.count());
  const auto decimal = [](double number) {
    char text[32];
    const auto [end, ec] = std::to_chars(text, text + sizeof text, number);
    return std::string(text, end);
  };
  if (left < 1'000) return out + std::to_string(left) + "ns";
  if (left < 1'000'000) return out + decimal(static_cast<double>(left) / 1e3) + "\u00b5s";
  if (left < 1'000'000'000) return out + decimal(static_cast<double>(left) / 1e6) + "ms";
  const std::uint64_t hours = left / (3600ULL * kSecond);
  left %= 3600ULL * kSecond;
  const std::uint64_t minutes = left / (60ULL * kSecond);
  left %= 60ULL * kSecond;
  if (hours > 0) out += std::to_string(hours) + "h";
  if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
  return out + decimal(static_cast<double>(left) / 1e9) + "s";
}

std::string prometheus_duration(Duration duration) {
  std::int64_t left = duration.count();
  if (left < 1'000'000) return "0s";
  std::string out;
  for (const Unit& unit : kPrometheusUnits) {
    // Years and weeks only where nothing is left over, as Prometheus prints them.
    const bool coarse = unit.name == "y" || unit.name == "w";
    if (coarse && left % unit.nanoseconds != 0) continue;
    const std::int64_t count = left / unit.nanoseconds;
    if (count == 0) continue;
    out += std::to_string(count) + std::string(unit.name);
    left -= count * unit.nanoseconds;
  }
  return out;
}

}  // namespace tributary
