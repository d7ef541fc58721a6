#include "promql/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/sample.h"
#include "promql/numeric.h"

namespace tributary::promql {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Counts of neighbouring buckets that differ by less come from rounding.
constexpr double kSmallDifference = 1e-12;

std::optional<double> outside_quantile(double q) {
  if (std::isnan(q)) return kNormalNaN;
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  return std::nullopt;
}

// False unless the highest bucket ends at +Inf.
bool sort_and_merge(std::vector<ClassicBucket>& buckets) {
  if (!std::ranges::is_sorted(buckets, {}, &ClassicBucket::upper_bound)) {
    std::ranges::sort(buckets, {}, &ClassicBucket::upper_bound);
  }
  if (buckets.empty() || buckets.back().upper_bound != kInfinity) return false;
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper_bound == buckets[last].upper_bound) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  buckets.resize(last + 1);
  return true;
}

std::optional<Annotation::Buckets> make_monotonic(std::vector<ClassicBucket>& buckets) {
  std::optional<Annotation::Buckets> forced;
  double highest = buckets.front().count;
  for (ClassicBucket& bucket : buckets) {
    if (bucket.count == highest) continue;
    if (almost_equal(highest, bucket.count, kSmallDifference)) {
      bucket.count = highest;
    } else if (bucket.count < highest) {
      if (!forced) {
        forced = Annotation::Buckets{};
        forced->min_bound = bucket.upper_bound;
      }
      forced->max_bound = bucket.upper_bound;
      forced->difference_max = std::max(forced->difference_max, highest - bucket.count);
      bucket.count = highest;
    } else {
      highest = bucket.count;
    }
  }
  return forced;
}

// The first bucket whose count reaches `rank`, the last one at the latest.
std::size_t bucket_of_rank(std::span<const ClassicBucket> buckets, double rank) {
  std::size_t low = 0;
  std::size_t high = buckets.size() - 1;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (buckets[middle].count >= rank) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

double monotonic_quantile(double q, std::span<const ClassicBucket> buckets) {
  if (buckets.size() < 2 || buckets.back().count == 0) return kNormalNaN;
  double rank = q * buckets.back().count;
  const std::size_t at = bucket_of_rank(buckets, rank);
  if (at == buckets.size() - 1) return buckets[at - 1].upper_bound;
  const ClassicBucket& bucket = buckets[at];
  if (at == 0) {
    if (bucket.upper_bound <= 0) return bucket.upper_bound;
    return bucket.upper_bound * (rank / bucket.count);
  }
  const ClassicBucket& below = buckets[at - 1];
  rank -= below.count;
  return below.upper_bound +
         (bucket.upper_bound - below.upper_bound) * (rank / (bucket.count - below.count));
}

}  // namespace

double quantile(double q, std::span<double> values) {
  if (values.empty()) return kNormalNaN;
  if (const auto outside = outside_quantile(q)) return *outside;

  const double rank = q * static_cast<double>(values.size() - 1);
  const auto lower = static_cast<std::size_t>(std::floor(rank));
  const double weight = rank - std::floor(rank);
  const auto before = [](double a, double b) { return a < b || (std::isnan(a) && !std::isnan(b)); };
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(lower);
  std::nth_element(values.begin(), at, values.end(), before);
  const double low = *at;
  const auto next = std::min_element(at + 1, values.end(), before);
  const double high = next == values.end() ? low : *next;
  return low * (1 - weight) + high * weight;
}

BucketQuantile bucket_quantile(double q, std::vector<ClassicBucket>& buckets) {
  if (const auto outside = outside_quantile(q)) return {*outside, {}};
  if (!sort_and_merge(buckets)) return {kNormalNaN, {}};
  BucketQuantile result;
  result.forced = make_monotonic(buckets);
  result.value = monotonic_quantile(q, buckets);
  return result;
}

double bucket_fraction(double lower, double upper, std::vector<ClassicBucket>& buckets) {
  if (!sort_and_merge(buckets)) return kNormalNaN;
  const double total = buckets.back().count;
  if (total == 0 || std::isnan(lower) || std::isnan(upper)) return kNormalNaN;
  if (lower >= upper) return 0;

  // How many observations are below `value`.
  const auto rank_of = [&](double value) {
    double begin = buckets.front().upper_bound > 0 ? 0 : -kInfinity;
    double below = 0;
    for (const auto& [end, count] : buckets) {
      if (begin >= value) return std::min(below, total);
      if (end > value) {
        // A bucket without a lower bound counts in full.
        if (begin == -kInfinity) return std::min(count, total);
        return std::min(below + (count - below) * (value - begin) / (end - begin), total);
      }
      below = count;
      begin = end;
    }
    return total;
  };
  return (rank_of(upper) - rank_of(lower)) / total;
}

}  // namespace tributary::promql
