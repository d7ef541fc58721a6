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

// The first of that name, or "".
std::string_view parameter(const Params& params, std::string_view name);
std::vector<std::string_view> parameters(const Params& params, std::string_view name);

// Unix seconds with a fraction, or RFC 3339: milliseconds. `otherwise` where absent; without it an
// absent one is refused.
Result<std::int64_t> time_parameter(const Params& params, std::string_view name,
                                    std::optional<std::int64_t> otherwise);
// Seconds with a fraction, or 1h30m.
Result<Duration> duration_parameter(const Params& params, std::string_view name);
Result<std::optional<Duration>> optional_duration_parameter(const Params& params,
                                                            std::string_view name);
// 0 where absent: none.
Result<std::uint64_t> limit_parameter(const Params& params);
// Every match[]. Its errors are those of the parser alone.
Result<std::vector<Matchers>> match_parameters(const Params& params);

Error invalid_parameter(std::string_view name, std::string_view message);

}  // namespace tributary::hub::workspaces
