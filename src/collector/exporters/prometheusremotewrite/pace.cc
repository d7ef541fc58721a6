#include "collector/exporters/prometheusremotewrite/pace.h"

#include <algorithm>

namespace tributary::collector::prometheusremotewrite {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Pace::started(Instant now) {
  if (last_start_) gap_ = (gap_ * 3 + std::min<Duration>(now - *last_start_, kGapMax)) / 4;
  last_start_ = now;
}

void Pace::taken(Instant now) {
  if (!limit_) return;
  // Time in which nothing was sent proves nothing.
  *limit_ += kGrowth * seconds(std::min<Duration>(now - changed_, kGapMax));
  changed_ = now;
  if (*limit_ >= kFree) limit_.reset();
}

void Pace::throttled(Instant now) {
  const double measured = 1 / std::max(seconds(gap_), 1 / kFree);
  limit_ = std::max(kSlowest, std::min(limit_.value_or(measured), measured) / 2);
  changed_ = now;
}

Instant Pace::next_start() const {
  if (!limit_ || !last_start_) return {};
  return *last_start_ +
         std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / *limit_));
}

}  // namespace tributary::collector::prometheusremotewrite
