#include "hub/workspaces/api_params.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/duration.h"
#include "base/strings.h"
#include "promql/parser.h"

namespace tributary::hub::workspaces {
namespace {

// A whole decimal number, with Go's leading plus.
std::optional<double> parse_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool literal(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Z, +01:00 or -01:00, and nothing after: minutes.
std::optional<int> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool negative = text.starts_with('-');
  if (!negative && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = digits(text, 2);
  if (!hours || *hours > 24 || !literal(text, ':')) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return negative ? -offset : offset;
}

// 2015-07-01T20:10:51.781Z
std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !literal(text, '-')) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !literal(text, '-')) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day || (!literal(text, 'T') && !literal(text, 't'))) return std::nullopt;
  const auto hour = digits(text, 2);
  if (!hour || *hour > 23 || !literal(text, ':')) return std::nullopt;
  const auto minute = digits(text, 2);
  if (!minute || *minute > 59 || !literal(text, ':')) return std::nullopt;
  const auto second = digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t ms = 0;
  if (literal(text, '.')) {
    int scale = 100;
    std::size_t count = 0;
    for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
      ms += (text[count] - '0') * scale;
      scale /= 10;
    }
    if (count == 0) return std::nullopt;
    text.remove_prefix(count);
  }
  const auto zone = parse_zone(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!zone || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute - *zone) * 60'000 + *second * 1000 + ms;
}

}  // namespace

std::string_view parameter(const Params& params, std::string_view name) {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string_view> parameters(const Params& params, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : params) {
    if (key == name) out.emplace_back(value);
  }
  return out;
}

Error invalid_parameter(std::string_view name, std::string_view message) {
  return Error(Code::invalid_argument,
               "invalid parameter \"" + std::string(name) + "\": " + std::string(message));
}

Result<std::int64_t> time_parameter(const Params& params, std::string_view name,
                                    std::optional<std::int64_t> otherwise) {
  const std::string_view text = parameter(params, name);
  if (text.empty() && otherwise) return *otherwise;
  constexpr double kSecondsMax = 9.2e15;  // in milliseconds it still fits 64 bits
  if (const auto seconds = parse_double(text); seconds && std::abs(*seconds) < kSecondsMax) {
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    return static_cast<std::int64_t>(whole) * 1000 +
           static_cast<std::int64_t>(std::round(fraction * 1000));
  }
  if (const auto ms = parse_rfc3339(text)) return *ms;
  return invalid_parameter(name, "cannot parse \"" + std::string(text) + "\" to a valid timestamp");
}

Result<Duration> duration_parameter(const Params& params, std::string_view name) {
  const std::string_view text = parameter(params, name);
  constexpr double kSecondsMax = 9.2e9;
  const std::string refused = "cannot parse \"" + std::string(text) + "\" to a valid duration";
  if (const auto seconds = parse_double(text); seconds && !std::isnan(*seconds)) {
    if (std::abs(*seconds) > kSecondsMax) {
      return invalid_parameter(name, refused + ". It overflows int64");
    }
    return Duration(static_cast<std::int64_t>(*seconds * 1e9));
  }
  if (const auto duration = parse_prometheus_duration(text)) return *duration;
  return invalid_parameter(name, refused);
}

Result<std::optional<Duration>> optional_duration_parameter(const Params& params,
                                                            std::string_view name) {
  if (parameter(params, name).empty()) return std::optional<Duration>();
  TRIBUTARY_TRY(const Duration duration, duration_parameter(params, name));
  return std::optional<Duration>(duration);
}

Result<std::uint64_t> limit_parameter(const Params& params) {
  const std::string_view text = parameter(params, "limit");
  if (text.empty()) return std::uint64_t{0};
  const auto limit = parse_int64(text);
  if (!limit) {
    return invalid_parameter("limit",
                             "strconv.Atoi: parsing \"" + std::string(text) + "\": invalid syntax");
  }
  if (*limit < 0) return invalid_parameter("limit", "limit must be non-negative");
  return static_cast<std::uint64_t>(*limit);
}

Result<std::vector<Matchers>> match_parameters(const Params& params) {
  std::vector<Matchers> out;
  for (const std::string_view text : parameters(params, "match[]")) {
    TRIBUTARY_TRY(auto matchers, promql::parse_selector(text));
    out.push_back(std::move(matchers));
  }
  return out;
}

}  // namespace tributary::hub::workspaces
