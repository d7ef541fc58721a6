// Numbers of Prometheus' test scripts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::promql::testing {

// Go's ParseFloat: 1, -2.5e3, +Inf, NaN (any case), 0x1F; the whole text.
std::optional<double> parse_number(std::string_view text);

std::string number_text(double value);

// The parts between blanks and tabs.
std::vector<std::string_view> words(std::string_view text);

}  // namespace tributary::promql::testing
