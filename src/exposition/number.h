// Numbers of the exposition formats: Go's float syntax without hexadecimal and underscores.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::exposition {

// Decimal digits with point and exponent, or inf, infinity (signed or not) and nan in any case; the
// whole text. A number beyond the range of a double is refused, one too small for it becomes zero.
// Every NaN is kNormalNaN.
std::optional<double> parse_float(std::string_view text);

// Seconds as milliseconds, cut off; beyond the range of int64 the nearest there is.
std::int64_t seconds_to_ms(double seconds);

}  // namespace tributary::exposition
