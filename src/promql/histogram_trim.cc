// The trimming operators </ and >/.
#include <cmath>
#include <limits>
#include <utility>

#include "promql/histogram_buckets.h"
#include "promql/histogram_math.h"

namespace tributary::promql {
namespace {

struct Trim {
  double limit = 0;
  bool keeps_lower = false;  // else the observations above the limit
};

// Observations that stay, and a value that stands for them in the sum.
struct Kept {
  double count = 0;
  double midpoint = 0;
};

double finite_or_zero(double value) { return std::isinf(value) ? 0 : value; }

// Between bounds of which either may be infinite.
double midpoint(double lower, double upper, bool positive, bool linear) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (linear) return (lower + upper) / 2;
  const double mean = std::sqrt(std::abs(lower * upper));
  return positive ? mean : -mean;
}

// The limit is inside a bucket that begins at -Inf. Where it is of custom buckets and ends above
// zero, it is taken to begin there.
Kept trim_lowest(const Bucket& bucket, Trim trim) {
  const bool begins_at_zero = bucket.upper > 0 && !std::isinf(bucket.upper);
  if (trim.keeps_lower) {
    if (trim.limit >= bucket.upper) return {bucket.count, 0};
    if (begins_at_zero && trim.limit > 0) {
      return {bucket.count * trim.limit / bucket.upper, trim.limit / 2};
    }
    if (bucket.upper <= 0) return {bucket.count, trim.limit};
    return {0, finite_or_zero(bucket.upper)};
  }
  if (trim.limit <= bucket.lower) return {bucket.count, 0};
  if (begins_at_zero && trim.limit >= 0 && bucket.upper > trim.limit) {
    return {bucket.count * (1 - trim.limit / bucket.upper), (trim.limit + bucket.upper) / 2};
  }
  return {0, finite_or_zero(bucket.upper)};
}

// The limit is inside a bucket that ends at +Inf, of which nobody knows where its values are.
Kept trim_highest(const Bucket& bucket, Trim trim) {
  if (!trim.keeps_lower && trim.limit >= bucket.lower) return {bucket.count, trim.limit};
  return {0, finite_or_zero(bucket.lower)};
}

Kept trim_inside(const Bucket& bucket, Trim trim, bool positive, bool linear) {
  if (bucket.lower == -std::numeric_limits<double>::infinity()) return trim_lowest(bucket, trim);
  if (bucket.upper == std::numeric_limits<double>::infinity()) return trim_highest(bucket, trim);
  const double below = bucket.count * fraction_below(bucket, trim.limit, linear);
  if (trim.keeps_lower) return {below, midpoint(bucket.lower, trim.limit, positive, linear)};
  return {bucket.count - below, midpoint(trim.limit, bucket.upper, positive, linear)};
}

Kept trim_bucket(const Bucket& bucket, Trim trim, bool positive, bool linear) {
  const bool inside = trim.keeps_lower ? bucket.upper <= trim.limit : bucket.lower >= trim.limit;
  if (inside) {
    return {bucket.count, midpoint(bucket.lower, bucket.upper, positive, linear)};
  }
  const bool cut = trim.keeps_lower ? bucket.lower < trim.limit : bucket.upper > trim.limit;
  return cut ? trim_inside(bucket, trim, positive, linear) : Kept{};
}

// A side without observations ends the zero bucket at zero.
Kept trim_zero_bucket(const FloatHistogram& histogram, Trim trim, bool has_negative,
                      bool has_positive) {
  const double lower = has_positive && !has_negative ? 0 : -histogram.zero_threshold;
  const double upper = has_negative && !has_positive ? 0 : histogram.zero_threshold;
  const double count = histogram.zero_count;
  const double limit = trim.limit;
  if (trim.keeps_lower) {
    if (limit <= lower) return {};
    if (limit >= upper) return {count, (lower + upper) / 2};
    return {count * ((limit - lower) / (upper - lower)), (lower + limit) / 2};
  }
  if (limit <= lower) return {count, (lower + upper) / 2};
  if (limit >= upper) return {};
  return {count * ((upper - limit) / (upper - lower)), (limit + upper) / 2};
}

class Trimmer {
 public:
  Trimmer(FloatHistogram& histogram, Trim trim) : histogram_(histogram), trim_(trim) {}

  void run() {
    const bool has_positive = side(true);
    const bool has_negative = side(false);
    if (histogram_.zero_count > 0) {
      keep(trim_zero_bucket(histogram_, trim_, has_negative, has_positive), histogram_.zero_count);
    }
    if (!changed_) return;
    histogram_.count = count_;
    histogram_.sum = sum_;
    compact(histogram_);
  }

 private:
  // Whether it counted anything before.
  bool side(bool positive) {
    std::vector<double>& counts =
        positive ? histogram_.positive_counts : histogram_.negative_counts;
    BucketCursor cursor = positive ? positive_buckets(histogram_) : negative_buckets(histogram_);
    bool populated = false;
    while (cursor.next()) {
      const double count = cursor.count();
      if (count == 0) continue;
      populated = true;
      const Bucket bucket = positive ? positive_bucket(histogram_, cursor.index(), count)
                                     : negative_bucket(histogram_, cursor.index(), count);
      keep(trim_bucket(bucket, trim_, positive, histogram_.uses_custom_buckets()),
           counts[cursor.position()]);
    }
    return populated;
  }

  void keep(Kept kept, double& count) {
    count_ += kept.count;
    sum_ += kept.midpoint * kept.count;
    if (count != kept.count) {
      count = kept.count;
      changed_ = true;
    }
  }

  FloatHistogram& histogram_;
  const Trim trim_;
  double count_ = 0;
  double sum_ = 0;
  bool changed_ = false;
};

}  // namespace

void keep_below(FloatHistogram& histogram, double limit) {
  Trimmer(histogram, {limit, true}).run();
}

void keep_above(FloatHistogram& histogram, double limit) {
  Trimmer(histogram, {limit, false}).run();
}

}  // namespace tributary::promql
