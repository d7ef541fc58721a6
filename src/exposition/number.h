// Numbers of the exposition formats: Go's float syntax without hexadecimal and underscores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::exposition {

// Decimal digits with point and exponent, or inf, infinity (signed or not) and nan in any case; the
// whole text. A number beyond the range of a double is refused, one too small for it becomes zero.
// Every NaN is kNormalNaN.
std::optional<double> parse_float(std::string_view text);

// The number that `text` begins with, for numbers as exporters write them: digits with or without
// minus, point and exponent, NaN, +Inf and -Inf. Sets `value` to what parse_float would give and
// returns how many bytes it took; 0 where the number is written in another way, or is none.
std::size_t take_plain_number(std::string_view text, double& value);

// Seconds as milliseconds, cut off; beyond the range of int64 the nearest there is.
std::int64_t seconds_to_ms(double seconds);

}  // namespace tributary::exposition
