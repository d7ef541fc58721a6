// Numbers as text, as Go and Prometheus write them.
#pragma once

#include <string>

namespace tributary::exposition {

// The shortest digits that give the same double back, as Go's strconv 'g' with precision -1:
// 0.5, 100000, 1e+06, 1e-05, +Inf, NaN.
std::string format_float(double value);

// The style of OpenMetrics: as above, with ".0" where neither point nor exponent stands: 1.0.
std::string format_openmetrics_float(double value);

// The shortest digits, never with an exponent (Go's 'f' with precision -1): 10000000, 0.00001.
std::string format_decimal(double value);

// Puts the value of a label `le` of a histogram or `quantile` of a summary into the style of
// OpenMetrics, so that "1", "1.0" and "1e0" are one series. Text that is no number stays.
void normalize_float_label(std::string& value);

}  // namespace tributary::exposition
