#include "hub/workspaces/api_params.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/duration.h"
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
  if (const auto time = parse_wide_iso8601(text))  // 2015-07-01T20:10:51.781Z
    return to_ms(*time);
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
