// The two spellings of a duration: Go's ("1h30m", "1.5s", "500ms") in the collector's YAML, and
// Prometheus' ("1d2h", "15s", no fractions, units in descending order) inside scrape configs and
// PromQL.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tributary {

Result<Duration> parse_go_duration(std::string_view text);
Result<Duration> parse_prometheus_duration(std::string_view text);

std::string go_duration(Duration duration);          // 1m30s
std::string prometheus_duration(Duration duration);  // 1m30s, milliseconds at the finest

}  // namespace tributary
