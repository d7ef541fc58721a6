#include "hub/workspaces/api_params.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"
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

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr double kSecondsMax = 9.2e15;  // in milliseconds it still fits 64 bits
  if (const auto seconds = parse_double(text); seconds && std::abs(*seconds) < kSecondsMax) {
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    return static_cast<std::int64_t>(whole) * 1000 +
           static_cast<std::int64_t>(std::round(fraction * 1000));
  }
  if (const auto time = parse_wide_iso8601(text))  // 2015-07-01T20:10:51.781Z
    return to_ms(*time);
  // Prometheus' own ends of time, which no parser of four-digit years takes.
  if (text == "-292273086-05-16T16:47:06Z") return kMinTimeMs;
  if (text == "292277025-08-18T07:12:54.999999999Z") return kMaxTimeMs;
  return std::nullopt;
}

std::string not_a_time(std::string_view text) {
  return "cannot parse " + json_string(text) + " to a valid timestamp";
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

Result<std::int64_t> time_parameter(const Params& params, std::string_view name) {
  const std::string_view text = parameter(params, name);
  if (const auto time = parse_time(text)) return *time;
  return invalid_parameter(name, not_a_time(text));
}

Result<std::int64_t> time_parameter(const Params& params, std::string_view name,
                                    std::int64_t otherwise) {
  const std::string_view text = parameter(params, name);
  if (text.empty()) return otherwise;
  if (const auto time = parse_time(text)) return *time;
  return invalid_parameter(
      name, "invalid time value for '" + std::string(name) + "': " + not_a_time(text));
}

Result<TimeSpan> time_span_parameters(const Params& params) {
  TimeSpan span;
  TRIBUTARY_TRY(span.start_ms, time_parameter(params, "start", kMinTimeMs));
  TRIBUTARY_TRY(span.end_ms, time_parameter(params, "end", kMaxTimeMs));
  return span;
}

Result<Duration> parse_duration(std::string_view text) {
  constexpr double kSecondsMax = 9.2e9;
  const std::string refused = "cannot parse " + json_string(text) + " to a valid duration";
  if (const auto seconds = parse_double(text); seconds && !std::isnan(*seconds)) {
    if (std::abs(*seconds) > kSecondsMax)
      return Error(Code::invalid_argument, refused + ". It overflows int64");
    return Duration(static_cast<std::int64_t>(*seconds * 1e9));
  }
  if (const auto duration = parse_prometheus_duration(text)) return *duration;
  return Error(Code::invalid_argument, refused);
}

Result<Duration> duration_parameter(const Params& params, std::string_view name) {
  auto duration = parse_duration(parameter(params, name));
  if (!duration) return invalid_parameter(name, duration.error().message());
  return *duration;
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
  const auto limit = parse_int64(text.starts_with('+') ? text.substr(1) : text);
  if (!limit) {
    const bool digits = text.find_first_not_of("0123456789", text.find_first_of("+-") + 1) ==
                        std::string_view::npos;
    return invalid_parameter(
        "limit", "strconv.Atoi: parsing " + json_string(text) +
                     (digits && text.size() > 1 ? ": value out of range" : ": invalid syntax"));
  }
  if (*limit < 0) return invalid_parameter("limit", "limit must be non-negative");
  return static_cast<std::uint64_t>(*limit);
}

Result<bool> bool_parameter(const Params& params, std::string_view name) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  const std::string_view text = parameter(params, name);
  if (text.empty() || std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return false;
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return true;
  return invalid_parameter(name, "unable to parse boolean: strconv.ParseBool: parsing " +
                                     json_string(text) + ": invalid syntax");
}

Result<std::vector<Matchers>> match_parameters(const Params& params) {
  std::vector<Matchers> out;
  for (const std::string_view text : parameters(params, "match[]")) {
    TRIBUTARY_TRY(auto matchers, promql::parse_selector(text));
    out.push_back(std::move(matchers));
  }
  for (const Matchers& matchers : out) {
    const bool selects = std::any_of(matchers.begin(), matchers.end(),
                                     [](const Matcher& one) { return !one.matches_empty(); });
    if (!selects)
      return Error(Code::invalid_argument, "match[] must contain at least one non-empty matcher");
  }
  return out;
}

}  // namespace tributary::hub::workspaces
