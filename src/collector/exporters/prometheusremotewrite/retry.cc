#include "collector/exporters/prometheusremotewrite/retry.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/strings.h"

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

// "Sun, 06 Nov 1994 08:49:37 GMT", the form of dates that every sender must use (RFC 9110, 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kSize = 29;
  if (text.size() != kSize || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return {};
  const auto number = [&](std::size_t at, std::size_t size) {
    return parse_uint64(text.substr(at, size));
  };
  const auto day = number(5, 2);
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto year = number(12, 4);
  const auto hour = number(17, 2);
  const auto minute = number(20, 2);
  const auto second = number(23, 2);
  if (!day || month == kMonths.end() || !year || !hour || !minute || !second) return {};
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(*year)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return {};
  return Timestamp(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                   std::chrono::minutes(*minute) + std::chrono::seconds(*second));
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
