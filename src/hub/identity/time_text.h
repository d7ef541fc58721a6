// Instants as IAM writes and reads them: ISO 8601 in UTC, to the second, "2026-11-22T10:19:10Z".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tributary::hub::identity {

std::string iso8601(Timestamp time);

// A date, or a date and time with an optional fraction and zone ("Z" or "+hh:mm"; none is UTC).
std::optional<Timestamp> parse_iso8601(std::string_view text);

}  // namespace tributary::hub::identity
