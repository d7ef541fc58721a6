// X-Amz-Date, the time of a signature: ISO 8601 in its basic format, UTC.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tributary::aws {

// 20150830T123600Z. A fraction of a second is cut off.
std::string amz_date(Timestamp time);
std::optional<Timestamp> parse_amz_date(std::string_view text);

}  // namespace tributary::aws
