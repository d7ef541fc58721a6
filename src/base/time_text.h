// Moments as text, all in UTC: ISO 8601 as RFC 3339 narrows it, and the dates of HTTP.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tributary {

// 2015-08-30T12:36:00Z, or with 1 to 9 digits of the fraction: 2015-08-30T12:36:00.250Z. What is
// finer is cut off.
std::string iso8601(Timestamp time, int fraction_digits = 0);

// The same for milliseconds, which reach further than a Timestamp: 2015-08-30T12:36:00.250Z. Ends
// at the years 1 and 9999.
std::string iso8601_from_ms(std::int64_t ms);

enum class IsoForm : std::uint8_t {
  complete,   // date, T, time with seconds and perhaps a fraction, and Z, +02:00 or +0200
  shortened,  // also a date alone, a time without seconds, and no zone, which means UTC
};

// Fractions beyond nanoseconds are cut off. Second 60 is the first of the next minute. Nothing
// outside the years 1900 to 2189: any two Timestamps in them can be subtracted.
std::optional<Timestamp> parse_iso8601(std::string_view text, IsoForm form = IsoForm::complete);

// Years 0 to 9999: nanoseconds of them do not fit 64 bits, so the fraction stands apart.
struct WideTime {
  std::chrono::sys_seconds second{};
  std::chrono::nanoseconds fraction{};  // less than a second
};
std::int64_t to_ms(const WideTime& time);
std::optional<WideTime> parse_wide_iso8601(std::string_view text, IsoForm form = IsoForm::complete);

// IMF-fixdate, the form that every sender must use: Sun, 30 Aug 2015 12:36:00 GMT (RFC
// 9110, 5.6.7).
std::string http_date(Timestamp time);
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace tributary
