// What the text of a refused write tells: which limit a 429 is about, what a 400 has against a
// sample, of which series, and whether the rest of the request was taken.
//
// Sources: Amazon Managed Service for Prometheus' troubleshooting page and the texts of Prometheus,
// Cortex, Mimir and tributary-hub. A text that is none of these is `other`.
//
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::collector::prometheusremotewrite {

enum class ThrottleReason : std::uint8_t {
  request_rate,     // too many requests a second
  ingestion_rate,   // too many samples a second
  ingestion_burst,  // too many samples at a time
  active_series,    // new series have no room; those that are there already are taken
  other,
};
inline constexpr std::size_t kThrottleReasons = 5;
std::string_view to_string(ThrottleReason reason);
// What the operator can do about it.
std::string_view hint(ThrottleReason reason);

ThrottleReason throttle_reason(std::string_view answer);

enum class RejectReason : std::uint8_t {
  out_of_order,   // a later sample of the series is there already
  duplicate,      // another value is there for that time
  out_of_bounds,  // too old, or too far in the future
  labels,         // too many, too long or not valid
  active_series,  // new series have had no room for a while
  other,
};
inline constexpr std::size_t kRejectReasons = 6;
std::string_view to_string(RejectReason reason);

struct WriteRefusal {
  RejectReason reason = RejectReason::other;
  // The first that was refused, as the text names it; "" where it names none. Who names one has
  // taken what was good of the request.
  std::string series;
  // How many samples of the request were taken, where the text tells.
  std::optional<std::size_t> stored;
};

WriteRefusal read_refusal(std::string_view answer);

// The labels of the first series of a request, "" where it has none.
std::string first_series(const std::string& compressed_body);

}  // namespace tributary::collector::prometheusremotewrite
