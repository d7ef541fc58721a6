#include "promql/histogram_math.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "promql/histogram_buckets.h"
#include "promql/histogram_side.h"
#include "promql/numeric.h"

namespace tributary::promql {
namespace {

constexpr std::int64_t kEveryIndex = std::numeric_limits<std::int64_t>::min();

SideRef positive_side(FloatHistogram& histogram, Compensation* compensation) {
  return {histogram.positive_spans, histogram.positive_counts,
          compensation == nullptr ? nullptr : &compensation->positive};
}
SideRef negative_side(FloatHistogram& histogram, Compensation* compensation) {
  return {histogram.negative_spans, histogram.negative_counts,
          compensation == nullptr ? nullptr : &compensation->negative};
}
SideView positive_view(const FloatHistogram& histogram) {
  return {histogram.positive_spans, histogram.positive_counts, {}};
}
SideView negative_view(const FloatHistogram& histogram) {
  return {histogram.negative_spans, histogram.negative_counts, {}};
}

// How often two buckets become one on the way from the finer to the coarser schema.
std::uint32_t schemas_between(std::int32_t finer, std::int32_t coarser) {
  return static_cast<std::uint32_t>(std::int64_t{finer} - coarser);
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void accumulate(double value, double& sum, double* compensation) {
  if (compensation == nullptr) {
    sum += value;
  } else {
    compensated_add(value, sum, *compensation);
  }
}

// The hint of a sum or difference; true where they contradict each other.
bool adjust_hint(ResetHint& hint, ResetHint other) {
  if (hint == other || hint == ResetHint::gauge) return false;
  if (other == ResetHint::gauge) {
    hint = ResetHint::gauge;
    return false;
  }
  const bool both_known = hint != ResetHint::unknown && other != ResetHint::unknown;
  hint = ResetHint::unknown;
  return both_known;
}

// --- The zero bucket

struct ZeroBucket {
  double count = 0;
  double threshold = 0;
  double compensation = 0;
};

// Takes the buckets of one side up to `zero.threshold` into `zero`. A populated one that reaches
// further moves the threshold to its end.
void swallow(BucketCursor cursor, const FloatHistogram& histogram, const std::vector<double>* lost,
             ZeroBucket& zero) {
  while (cursor.next()) {
    if (exponential_bound(cursor.index() - 1, histogram.schema) >= zero.threshold) return;
    compensated_add(cursor.count(), zero.count, zero.compensation);
    if (lost != nullptr) {
      compensated_add((*lost)[cursor.position()], zero.count, zero.compensation);
    }
    const double end = exponential_bound(cursor.index(), histogram.schema);
    if (end > zero.threshold) {
      if (cursor.count() != 0) zero.threshold = end;
      return;
    }
  }
}

// The zero bucket that `histogram` would have if it reached to `threshold`, which is not below the
// present one, or to the end of the populated bucket there.
ZeroBucket widened_zero_bucket(const FloatHistogram& histogram, double threshold,
                               const Compensation* lost) {
  ZeroBucket zero{histogram.zero_count, threshold, lost == nullptr ? 0 : lost->zero_count};
  if (threshold == histogram.zero_threshold) return zero;
  const ZeroBucket present = zero;
  for (;;) {
    swallow(positive_buckets(histogram), histogram, lost == nullptr ? nullptr : &lost->positive,
            zero);
    const double after_positive = zero.threshold;
    swallow(negative_buckets(histogram), histogram, lost == nullptr ? nullptr : &lost->negative,
            zero);
    if (!(zero.threshold > after_positive)) return zero;
    // The negative side moved the threshold: the positive one must be seen again.
    zero.count = present.count;
    zero.compensation = present.compensation;
  }
}

void widen_zero_bucket(FloatHistogram& histogram, double threshold, Compensation* compensation) {
  const ZeroBucket zero = widened_zero_bucket(histogram, threshold, compensation);
  histogram.zero_count = zero.count;
  histogram.zero_threshold = zero.threshold;
  if (compensation != nullptr) compensation->zero_count = zero.compensation;

  const auto clear = [&](BucketCursor cursor, SideRef side) {
    while (cursor.next() &&
           exponential_bound(cursor.index() - 1, histogram.schema) < zero.threshold) {
      side.counts[cursor.position()] = 0;
      if (side.compensation != nullptr) (*side.compensation)[cursor.position()] = 0;
    }
    compact_side(side);
  };
  clear(positive_buckets(histogram), positive_side(histogram, compensation));
  clear(negative_buckets(histogram), negative_side(histogram, compensation));
}

// Widens the zero bucket of `histogram` until both can have the same; gives what `other` has in it.
ZeroBucket reconcile_zero_buckets(FloatHistogram& histogram, const FloatHistogram& other,
                                  Compensation* compensation) {
  ZeroBucket theirs{other.zero_count, other.zero_threshold, 0};
  while (theirs.threshold < histogram.zero_threshold ||
         histogram.zero_threshold < theirs.threshold) {
    if (theirs.threshold < histogram.zero_threshold) {
      theirs = widened_zero_bucket(other, histogram.zero_threshold, nullptr);
    }
    if (histogram.zero_threshold < theirs.threshold) {
      widen_zero_bucket(histogram, theirs.threshold, compensation);
    }
  }
  return theirs;
}

// --- Adding

// The first bucket that ends above `threshold`, of those in `side`.
std::int64_t first_index_above(SideView side, std::int32_t schema, double threshold) {
  if (threshold == 0) return kEveryIndex;
  BucketCursor cursor(side.spans, side.counts);
  while (cursor.next()) {
    if (exponential_bound(cursor.index(), schema) > threshold) return cursor.index();
  }
  return std::numeric_limits<std::int64_t>::max() - 1;
}

void add_exponential_side(SideRef side, SideView other, const FloatHistogram& sum, double sign,
                          std::int32_t other_schema) {
  if (other_schema <= sum.schema) {
    add_side(side, other, sign, first_index_above(other, sum.schema, sum.zero_threshold));
    return;
  }
  const SideBuilder reduced =
      reduce_side(other, schemas_between(other_schema, sum.schema), side.compensation != nullptr);
  add_side(side, reduced.view(), sign,
           first_index_above(reduced.view(), sum.schema, sum.zero_threshold));
}

void reduce(FloatHistogram& histogram, std::int32_t schema, Compensation* compensation) {
  const std::uint32_t shift = schemas_between(histogram.schema, schema);
  for (const SideRef side :
       {positive_side(histogram, compensation), negative_side(histogram, compensation)}) {
    reduce_side(side, shift, compensation != nullptr).store(side);
  }
  histogram.schema = schema;
}

void add_custom(FloatHistogram& histogram, const FloatHistogram& other, double sign,
                Compensation* compensation, Reconciled& reconciled) {
  const SideRef side = positive_side(histogram, compensation);
  if (histogram.custom_values == other.custom_values) {
    add_side(side, positive_view(other), sign, kEveryIndex);
    return;
  }
  reconciled.custom_bounds = true;
  const std::vector<double> bounds = shared_bounds(histogram.custom_values, other.custom_values);
  BoundCounts sums(bounds.size());
  sums.add(side, histogram.custom_values, bounds, 1);
  sums.add(positive_view(other), other.custom_values, bounds, sign);

  SideBuilder out(compensation != nullptr);
  for (std::size_t i = 0; i < sums.counts.size(); ++i) {
    if (sums.counts[i] == 0 && sums.compensation[i] == 0) continue;
    out.append(static_cast<std::int64_t>(i), sums.counts[i], sums.compensation[i]);
  }
  std::move(out).store(side);
  histogram.custom_values = bounds;
}

std::optional<Reconciled> add_scaled(FloatHistogram& histogram, const FloatHistogram& other,
                                     double sign, Compensation* compensation) {
  if (histogram.uses_custom_buckets() != other.uses_custom_buckets()) return std::nullopt;

  Reconciled reconciled;
  reconciled.reset_collision = adjust_hint(histogram.reset_hint, other.reset_hint);
  const auto lost = [compensation](double Compensation::* member) {
    return compensation == nullptr ? nullptr : &(compensation->*member);
  };
  if (!histogram.uses_custom_buckets()) {
    const ZeroBucket zero = reconcile_zero_buckets(histogram, other, compensation);
    double* zero_lost = lost(&Compensation::zero_count);
    accumulate(sign * zero.count, histogram.zero_count, zero_lost);
    if (zero_lost != nullptr) accumulate(sign * zero.compensation, histogram.zero_count, zero_lost);
  }
  accumulate(sign * other.count, histogram.count, lost(&Compensation::count));
  accumulate(sign * other.sum, histogram.sum, lost(&Compensation::sum));

  if (histogram.uses_custom_buckets()) {
    add_custom(histogram, other, sign, compensation, reconciled);
    return reconciled;
  }
  if (other.schema < histogram.schema) reduce(histogram, other.schema, compensation);
  add_exponential_side(positive_side(histogram, compensation), positive_view(other), histogram,
                       sign, other.schema);
  add_exponential_side(negative_side(histogram, compensation), negative_view(other), histogram,
                       sign, other.schema);
  return reconciled;
}

// --- Resets

// Whether some bucket beyond `threshold` has lost observations.
bool side_was_reset(SideView current, SideView previous, std::int32_t schema, double threshold) {
  const std::int64_t first = first_index_above(previous, schema, threshold);
  if (first == kEveryIndex && std::ranges::equal(current.spans, previous.spans)) {
    return !std::ranges::equal(current.counts, previous.counts,
                               [](double now, double before) { return !(now < before); });
  }
  constexpr std::int64_t kNoMore = std::numeric_limits<std::int64_t>::max();
  BucketCursor now(current.spans, current.counts);
  BucketCursor before(previous.spans, previous.counts);
  std::int64_t now_index = now.next() ? now.index() : kNoMore;
  while (before.next()) {
    const std::int64_t index = before.index();
    if (index < first) continue;
    while (now_index < index) now_index = now.next() ? now.index() : kNoMore;
    if (now_index == index ? now.count() < before.count() : before.count() != 0) return true;
  }
  return false;
}

bool exponential_side_was_reset(SideView current, SideView previous, const FloatHistogram& now,
                                std::int32_t previous_schema) {
  if (previous_schema == now.schema) {
    return side_was_reset(current, previous, now.schema, now.zero_threshold);
  }
  const SideBuilder reduced =
      reduce_side(previous, schemas_between(previous_schema, now.schema), false);
  return side_was_reset(current, reduced.view(), now.schema, now.zero_threshold);
}

bool custom_was_reset(const FloatHistogram& current, const FloatHistogram& previous) {
  if (current.custom_values == previous.custom_values) {
    return side_was_reset(positive_view(current), positive_view(previous), current.schema, 0);
  }
  const std::vector<double> bounds = shared_bounds(current.custom_values, previous.custom_values);
  BoundCounts now(bounds.size());
  BoundCounts before(bounds.size());
  now.add(positive_view(current), current.custom_values, bounds, 1);
  before.add(positive_view(previous), previous.custom_values, bounds, 1);
  for (std::size_t i = 0; i < now.counts.size(); ++i) {
    if (now.counts[i] < before.counts[i]) return true;
  }
  return false;
}

bool same_side(SideView a, SideView b) {
  if (a.counts.size() != b.counts.size()) return false;
  BucketCursor of_a(a.spans, a.counts);
  BucketCursor of_b(b.spans, b.counts);
  while (of_a.next()) {
    if (!of_b.next() || of_a.index() != of_b.index() || !same_bits(of_a.count(), of_b.count())) {
      return false;
    }
  }
  return !of_b.next();
}

}  // namespace

void multiply(FloatHistogram& histogram, double factor) {
  if (!histogram.uses_custom_buckets()) histogram.zero_count *= factor;
  histogram.count *= factor;
  histogram.sum *= factor;
  for (double& count : histogram.positive_counts) count *= factor;
  for (double& count : histogram.negative_counts) count *= factor;
  if (factor < 0) histogram.reset_hint = ResetHint::gauge;
}

void divide(FloatHistogram& histogram, double divisor) {
  if (!histogram.uses_custom_buckets()) histogram.zero_count /= divisor;
  histogram.count /= divisor;
  histogram.sum /= divisor;
  if (divisor == 0) {
    histogram.positive_spans.clear();
    histogram.positive_counts.clear();
    histogram.negative_spans.clear();
    histogram.negative_counts.clear();
    return;
  }
  for (double& count : histogram.positive_counts) count /= divisor;
  for (double& count : histogram.negative_counts) count /= divisor;
  if (divisor < 0) histogram.reset_hint = ResetHint::gauge;
}

std::optional<Reconciled> add(FloatHistogram& histogram, const FloatHistogram& other) {
  return add_scaled(histogram, other, 1, nullptr);
}

std::optional<Reconciled> subtract(FloatHistogram& histogram, const FloatHistogram& other) {
  return add_scaled(histogram, other, -1, nullptr);
}

std::optional<Reconciled> add(FloatHistogram& sum, const FloatHistogram& other,
                              Compensation& compensation) {
  return add_scaled(sum, other, 1, &compensation);
}

void multiply(Compensation& compensation, double factor) {
  compensation.count *= factor;
  compensation.sum *= factor;
  compensation.zero_count *= factor;
  for (double& lost : compensation.positive) lost *= factor;
  for (double& lost : compensation.negative) lost *= factor;
}

void divide(Compensation& compensation, double divisor) {
  compensation.count /= divisor;
  compensation.sum /= divisor;
  compensation.zero_count /= divisor;
  for (double& lost : compensation.positive) lost /= divisor;
  for (double& lost : compensation.negative) lost /= divisor;
}

void add(FloatHistogram& sum, const Compensation& compensation) {
  sum.count += compensation.count;
  sum.sum += compensation.sum;
  sum.zero_count += compensation.zero_count;
  for (std::size_t i = 0; i < sum.positive_counts.size(); ++i) {
    sum.positive_counts[i] += compensation.positive[i];
  }
  for (std::size_t i = 0; i < sum.negative_counts.size(); ++i) {
    sum.negative_counts[i] += compensation.negative[i];
  }
}

void reduce_schema(FloatHistogram& histogram, std::int32_t schema) {
  reduce(histogram, schema, nullptr);
}

void compact(FloatHistogram& histogram) {
  compact_side(positive_side(histogram, nullptr));
  compact_side(negative_side(histogram, nullptr));
}

bool is_reset(const FloatHistogram& current, const FloatHistogram& previous) {
  if (current.reset_hint == ResetHint::yes) return true;
  if (current.reset_hint == ResetHint::no) return false;
  if (current.count < previous.count) return true;
  if (current.uses_custom_buckets()) {
    return !previous.uses_custom_buckets() || custom_was_reset(current, previous);
  }
  // Finer buckets and narrower zero buckets come with a new start only.
  if (current.schema > previous.schema) return true;
  if (current.zero_threshold < previous.zero_threshold) return true;
  const ZeroBucket zero = widened_zero_bucket(previous, current.zero_threshold, nullptr);
  if (zero.threshold != current.zero_threshold || current.zero_count < zero.count) return true;
  return exponential_side_was_reset(positive_view(current), positive_view(previous), current,
                                    previous.schema) ||
         exponential_side_was_reset(negative_view(current), negative_view(previous), current,
                                    previous.schema);
}

bool same_data(const FloatHistogram& a, const FloatHistogram& b) {
  return a.schema == b.schema && same_bits(a.count, b.count) && same_bits(a.sum, b.sum) &&
         (!a.uses_custom_buckets() || a.custom_values == b.custom_values) &&
         a.zero_threshold == b.zero_threshold && same_bits(a.zero_count, b.zero_count) &&
         same_side(negative_view(a), negative_view(b)) &&
         same_side(positive_view(a), positive_view(b));
}

bool has_infinity(const FloatHistogram& histogram) {
  const auto is_infinite = [](double value) { return std::isinf(value); };
  return std::isinf(histogram.zero_count) || std::isinf(histogram.count) ||
         std::isinf(histogram.sum) || std::ranges::any_of(histogram.positive_counts, is_infinite) ||
         std::ranges::any_of(histogram.negative_counts, is_infinite) ||
         std::ranges::any_of(histogram.custom_values, is_infinite);
}

}  // namespace tributary::promql
