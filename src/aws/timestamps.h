// The three spellings of a moment in AWS' protocols, all UTC.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tributary::aws {

// X-Amz-Date, ISO 8601 basic format: 20150830T123600Z. A fraction of a second is cut off.
std::string amz_date(Timestamp time);
std::optional<Timestamp> parse_amz_date(std::string_view text);

// Expirations, ISO 8601 extended format: 2015-08-30T12:36:00Z, also with a fraction and with an
// offset (+02:00).
std::string iso8601(Timestamp time);
std::optional<Timestamp> parse_iso8601(std::string_view text);

// The Date header of a response: Sun, 30 Aug 2015 12:36:00 GMT (RFC 9110, 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace tributary::aws
