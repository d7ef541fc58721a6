#include "promql/histogram_buckets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "promql/go_text.h"

namespace tributary::promql {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kFinestTableSchema = 8;

// Bounds of the buckets in [0.5, 1) of schema 8; those of coarser schemas are among them.
// Prometheus multiplies the roots of two that the index is made of, in this order and with these
// roundings.
const std::array<double, 256>& bounds_below_one() {
  static const std::array<double, 256> kBounds = [] {
    constexpr std::array<double, 8> kRoots = {
        1.414213562373095,  1.189207115002721,  1.0905077326652577, 1.0442737824274138,
        1.0218971486541166, 1.0108892860517005, 1.0054299011128027, 1.0027112750502025};
    std::array<double, 256> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = 0.5;
      for (std::size_t bit = 0; bit < kRoots.size(); ++bit) {
        if ((i >> (7 - bit) & 1) != 0) out[i] *= kRoots[bit];
      }
    }
    return out;
  }();
  return kBounds;
}

// 2^exponent * fraction, for any exponent.
double scale_by_power(double fraction, std::int64_t exponent) {
  return std::ldexp(fraction, static_cast<int>(std::clamp<std::int64_t>(exponent, -4000, 4000)));
}

Bucket side_bucket(const FloatHistogram& histogram, std::int64_t index, double count,
                   bool positive) {
  Bucket bucket;
  bucket.count = count;
  const double outer = bucket_bound(index, histogram.schema, histogram.custom_values);
  const double inner = bucket_bound(index - 1, histogram.schema, histogram.custom_values);
  bucket.lower = positive ? inner : -outer;
  bucket.upper = positive ? outer : -inner;
  if (histogram.uses_custom_buckets()) {
    bucket.lower_inclusive = index == 0;
    bucket.upper_inclusive = true;
  } else {
    bucket.lower_inclusive = bucket.lower < 0;
    bucket.upper_inclusive = bucket.upper > 0;
  }
  return bucket;
}

}  // namespace

double exponential_bound(std::int64_t index, std::int32_t schema) {
  constexpr std::int64_t kLastExponent = 1024;  // of the bucket that would end at 2^1024
  if (schema <= 0) {
    const int shift = -std::max(schema, -20);
    const std::int64_t exponent = std::clamp<std::int64_t>(index, -4000, 4000) * (1LL << shift);
    if (exponent == kLastExponent) return std::numeric_limits<double>::max();
    return scale_by_power(1, exponent);
  }
  if (schema > kFinestTableSchema) {
    return std::exp2(static_cast<double>(index) * std::exp2(-static_cast<double>(schema)));
  }
  const std::int64_t step = index & ((1LL << schema) - 1);
  const double fraction =
      bounds_below_one()[static_cast<std::size_t>(step << (kFinestTableSchema - schema))];
  const std::int64_t exponent = (index >> schema) + 1;
  if (step == 0 && exponent == kLastExponent + 1) return std::numeric_limits<double>::max();
  return scale_by_power(fraction, exponent);
}

double bucket_bound(std::int64_t index, std::int32_t schema,
                    std::span<const double> custom_values) {
  if (schema != kCustomBucketsSchema) return exponential_bound(index, schema);
  if (index < 0) return -kInfinity;
  const auto at = static_cast<std::size_t>(index);
  return at < custom_values.size() ? custom_values[at] : kInfinity;
}

double fraction_below(const Bucket& bucket, double value, bool linear) {
  if (linear) return (value - bucket.lower) / (bucket.upper - bucket.lower);
  const double lower = std::log2(std::abs(bucket.lower));
  const double upper = std::log2(std::abs(bucket.upper));
  const double at = std::log2(std::abs(value));
  return value > 0 ? (at - lower) / (upper - lower) : 1 - (at - upper) / (lower - upper);
}

BucketCursor::BucketCursor(std::span<const BucketSpan> spans, std::span<const double> counts,
                           Direction direction)
    : spans_(spans), counts_(counts), direction_(direction) {
  if (direction == Direction::outwards) {
    position_ = static_cast<std::size_t>(-1);
    index_ = spans.empty() ? 0 : std::int64_t{spans.front().offset} - 1;
    return;
  }
  std::uint64_t total = 0;
  for (const BucketSpan& span : spans) {
    total += span.length;
    index_ += std::int64_t{span.offset} + span.length;
  }
  position_ = total == counts.size() ? counts.size() : 0;
  span_ = spans.size();
}

bool BucketCursor::next_outwards() {
  if (++position_ >= counts_.size() || span_ == spans_.size()) {
    position_ = counts_.size() - 1;
    return false;
  }
  while (in_span_ == spans_[span_].length) {
    if (++span_ == spans_.size()) return false;
    in_span_ = 0;
    index_ += spans_[span_].offset;
  }
  ++in_span_;
  ++index_;
  return true;
}

bool BucketCursor::next_inwards() {
  if (position_ == 0) return false;
  while (in_span_ == 0) {
    if (span_ < spans_.size()) index_ -= spans_[span_].offset;
    in_span_ = spans_[--span_].length;
  }
  --in_span_;
  --position_;
  --index_;
  return true;
}

Bucket positive_bucket(const FloatHistogram& histogram, std::int64_t index, double count) {
  return side_bucket(histogram, index, count, true);
}

Bucket negative_bucket(const FloatHistogram& histogram, std::int64_t index, double count) {
  return side_bucket(histogram, index, count, false);
}

Bucket zero_bucket(const FloatHistogram& histogram) {
  return {.lower = -histogram.zero_threshold,
          .upper = histogram.zero_threshold,
          .count = histogram.zero_count,
          .lower_inclusive = true,
          .upper_inclusive = true};
}

AllBuckets::AllBuckets(const FloatHistogram& histogram, Order order)
    : histogram_(histogram),
      order_(order),
      inwards_(order == Order::ascending ? histogram.negative_spans : histogram.positive_spans,
               order == Order::ascending ? histogram.negative_counts : histogram.positive_counts,
               BucketCursor::Direction::inwards),
      outwards_(order == Order::ascending ? positive_buckets(histogram)
                                          : negative_buckets(histogram)) {}

bool AllBuckets::next() {
  if (stage_ == Stage::inwards) {
    if (inwards_.next()) return true;
    stage_ = Stage::zero;
    if (histogram_.zero_count > 0 && !histogram_.uses_custom_buckets()) return true;
  }
  if (stage_ == Stage::zero) stage_ = Stage::outwards;
  if (stage_ == Stage::outwards && outwards_.next()) return true;
  stage_ = Stage::end;
  return false;
}

double AllBuckets::count() const {
  if (stage_ == Stage::zero) return histogram_.zero_count;
  return stage_ == Stage::inwards ? inwards_.count() : outwards_.count();
}

Bucket AllBuckets::bucket() const {
  if (stage_ == Stage::zero) return zero_bucket(histogram_);
  const BucketCursor& cursor = stage_ == Stage::inwards ? inwards_ : outwards_;
  Bucket bucket = side_bucket(histogram_, cursor.index(), cursor.count(), on_positive_side());
  const double threshold = histogram_.zero_threshold;
  if (bucket.lower > 0 && bucket.lower < threshold) bucket.lower = threshold;
  if (bucket.upper < 0 && bucket.upper > -threshold) bucket.upper = -threshold;
  return bucket;
}

std::vector<Bucket> populated_buckets(const FloatHistogram& histogram) {
  std::vector<Bucket> out;
  for (AllBuckets buckets(histogram); buckets.next();) {
    if (buckets.count() != 0) out.push_back(buckets.bucket());
  }
  return out;
}

int boundary_rule(const Bucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? 3 : 1;
  return bucket.upper_inclusive ? 0 : 2;
}

std::uint64_t size_in_samples(const FloatHistogram& histogram) {
  // Prometheus counts the bytes of its own structure, by 16 for each sample.
  constexpr std::uint64_t kStructureBytes = 168;
  const std::uint64_t words = histogram.positive_spans.size() + histogram.negative_spans.size() +
                              histogram.positive_counts.size() + histogram.negative_counts.size() +
                              histogram.custom_values.size();
  return (kStructureBytes + words * 8 + 8) / 16;
}

std::string to_string(const FloatHistogram& histogram) {
  std::string out =
      "{count:" + shortest_text(histogram.count) + ", sum:" + shortest_text(histogram.sum);
  const auto append = [&out](const Bucket& bucket) {
    out += bucket.lower_inclusive ? ", [" : ", (";
    out += shortest_text(bucket.lower) + "," + shortest_text(bucket.upper);
    out += bucket.upper_inclusive ? "]:" : "):";
    out += shortest_text(bucket.count);
  };
  BucketCursor negative(histogram.negative_spans, histogram.negative_counts,
                        BucketCursor::Direction::inwards);
  while (negative.next()) {
    if (negative.count() == 0) continue;
    append(negative_bucket(histogram, negative.index(), negative.count()));
  }
  if (histogram.zero_count != 0) append(zero_bucket(histogram));
  for (BucketCursor positive = positive_buckets(histogram); positive.next();) {
    if (positive.count() == 0) continue;
    append(positive_bucket(histogram, positive.index(), positive.count()));
  }
  return out + "}";
}

}  // namespace tributary::promql
