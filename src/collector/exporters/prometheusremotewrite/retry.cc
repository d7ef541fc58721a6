#include "collector/exporters/prometheusremotewrite/retry.h"

#include <algorithm>

#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

Verdict judge_status(int status) {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status >= 500) return Verdict::unavailable;
  switch (status) {
    case 400:
    case 409:
    case 415:
    case 422: return Verdict::rejected;
    case 401:
    case 403: return Verdict::unauthorised;
    case 408: return Verdict::unavailable;
    case 413: return Verdict::too_large;
    case 429: return Verdict::throttled;
    default: return Verdict::misdirected;
  }
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::delivered: return "delivered";
    case Verdict::rejected: return "rejected";
    case Verdict::too_large: return "too large";
    case Verdict::throttled: return "throttled";
    case Verdict::unavailable: return "unavailable";
    case Verdict::unauthorised: return "unauthorised";
    case Verdict::misdirected: return "misdirected";
    case Verdict::no_credentials: return "no credentials";
  }
  return "?";
}

bool is_slow(Verdict verdict) {
  return verdict == Verdict::unauthorised || verdict == Verdict::misdirected ||
         verdict == Verdict::no_credentials;
}

Verdict judge(const Result<net::Response>& answer) {
  if (answer) return judge_status(answer->status);
  const Code code = answer.error().code();
  if (code == Code::unauthenticated || code == Code::permission_denied)
    return Verdict::no_credentials;
  return Verdict::unavailable;
}

std::optional<Duration> retry_after(const net::Response& response, Timestamp now) {
  constexpr std::uint64_t kSecondsMax = 86'400;
  const auto header = response.headers.get("Retry-After");
  if (!header) return std::nullopt;
  const std::string_view text = trim(*header);
  if (const auto seconds = parse_uint64(text))
    return std::chrono::seconds(std::min(*seconds, kSecondsMax));
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp<Duration>(*date - now, 0s, std::chrono::seconds(kSecondsMax));
}

Duration Backoff::next(Random& random) {
  const Duration wait(
      static_cast<Duration::rep>(static_cast<double>(bound_.count()) * random.uniform()));
  const double grown = static_cast<double>(bound_.count()) * options_.multiplier;
  const double max = static_cast<double>(options_.max.count());
  bound_ = Duration(static_cast<Duration::rep>(std::min(grown, max)));
  return wait;
}

}  // namespace tributary::collector::prometheusremotewrite
