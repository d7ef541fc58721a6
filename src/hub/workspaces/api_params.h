// Parameters of Prometheus' HTTP API: times, durations, limits, selectors.
//
// Errors say `invalid parameter "name": ...`, with Prometheus' words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "hub/workspaces/store.h"
#include "model/matcher.h"

namespace tributary::hub::workspaces {

// The ends of time where a request gives none: Prometheus' MinTime and MaxTime.
inline constexpr std::int64_t kMinTimeMs = -9'223'309'901'257'974'000;
inline constexpr std::int64_t kMaxTimeMs = 9'223'309'901'257'974'999;

// The first of that name, or "".
std::string_view parameter(const Params& params, std::string_view name);
std::vector<std::string_view> parameters(const Params& params, std::string_view name);

// Unix seconds with a fraction, or RFC 3339: milliseconds.
Result<std::int64_t> time_parameter(const Params& params, std::string_view name);
Result<std::int64_t> time_parameter(const Params& params, std::string_view name,
                                    std::int64_t otherwise);
// `start` and `end`, everything where absent.
struct TimeSpan {
  std::int64_t start_ms = kMinTimeMs;
  std::int64_t end_ms = kMaxTimeMs;
};
Result<TimeSpan> time_span_parameters(const Params& params);
// Seconds with a fraction, or 1h30m. Its errors name no parameter.
Result<Duration> parse_duration(std::string_view text);
Result<Duration> duration_parameter(const Params& params, std::string_view name);
Result<std::optional<Duration>> optional_duration_parameter(const Params& params,
                                                            std::string_view name);
// 0 where absent: none.
Result<std::uint64_t> limit_parameter(const Params& params);
// Go's strconv.ParseBool; false where absent.
Result<bool> bool_parameter(const Params& params, std::string_view name);
// Every match[], each of which must select something. Their errors are those of the parser alone.
Result<std::vector<Matchers>> match_parameters(const Params& params);

Error invalid_parameter(std::string_view name, std::string_view message);

}  // namespace tributary::hub::workspaces
