// Numbers and durations as PromQL writes them, read and printed as Go does it.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tributary::promql {

// 12, 0x1f, 017 (octal), 1_000, 1e-3, Inf, NaN. The error's text is Go's: `error parsing number:
// strconv.ParseFloat: parsing "1e999": value out of range`.
Result<double> parse_number(std::string_view text);

// Seconds of 5m, 1h30m, 100ms. The error's text is Prometheus': `not a valid duration string:
// "1s1h"`.
Result<double> parse_duration_seconds(std::string_view text);

std::string format_number(double value);           // 0.00001, 100000000000000000000000, +Inf
std::string format_number_shortest(double value);  // 1e-05, 1e+23, +Inf
std::string format_duration_ms(std::int64_t ms);   // 1h30m, 0s; the sign in front: -5m

}  // namespace tributary::promql
