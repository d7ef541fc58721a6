// What an answer to a remote-write request means, and how long to wait before the next attempt.
//
// Everything that may succeed later with the same bytes is retried: outages, throttling, and also
// refused credentials and a workspace that is not there, since roles and workspaces get repaired
// while samples wait. Only an answer about the request itself (400, 413 and the like) ends it.
//
// Values, no threads, no clock of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "net/http.h"

namespace tributary::collector::prometheusremotewrite {

enum class Verdict : std::uint8_t {
  delivered,       // 2xx
  rejected,        // 400, 409, 415, 422: these samples will never be taken
  too_large,       // 413: to be split
  throttled,       // 429
  unavailable,     // 5xx, 408, connection failures, timeouts
  unauthorised,    // 401, 403
  misdirected,     // 404, redirects and other refusals of the place, not of the samples
  no_credentials,  // could not be signed: nothing was sent
};

std::string_view to_string(Verdict verdict);
// Whether waiting is of no use to a quick retry: somebody has to mend something.
bool is_slow(Verdict verdict);

Verdict judge(const Result<net::Response>& answer);

// The time a response asks to wait: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
std::optional<Duration> retry_after(const net::Response& response, Timestamp now);

// Exponential backoff with full jitter: each wait is drawn evenly between nothing and a bound that
// grows from `initial` to `max`.
class Backoff {
 public:
  struct Options {
    Duration initial = 50ms;
    double multiplier = 1.5;
    Duration max = 30s;
  };

  explicit Backoff(Options options) : options_(options), bound_(options.initial) {}

  Duration next(Random& random);
  void reset() { bound_ = options_.initial; }

 private:
  Options options_;
  Duration bound_;
};

}  // namespace tributary::collector::prometheusremotewrite
