// The buckets of native histograms: bounds, walks over them, text.
//
// Spans and counts may come from a broken store: where they do not fit each other, walks end early.
//
// Threads: pure functions; a walk is used by one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/float_histogram.h"

namespace tributary::promql {

// The upper bound of bucket `index` of the positive side. The last bucket of finite numbers ends at
// the largest double; the one above it takes infinities.
double exponential_bound(std::int64_t index, std::int32_t schema);
// With `custom_values` where the schema is kCustomBucketsSchema: -Inf below the first, +Inf above
// the last.
double bucket_bound(std::int64_t index, std::int32_t schema, std::span<const double> custom_values);

struct Bucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
};

// How much of the bucket's width is at or below `value`, which is inside its finite bounds: linear,
// or on a logarithmic scale as fits exponential buckets.
double fraction_below(const Bucket& bucket, double value, bool linear);

// Walks over the buckets of one side, from zero outwards or back.
class BucketCursor {
 public:
  enum class Direction : std::uint8_t { outwards, inwards };

  BucketCursor(std::span<const BucketSpan> spans, std::span<const double> counts,
               Direction direction = Direction::outwards);

  bool next() { return direction_ == Direction::outwards ? next_outwards() : next_inwards(); }
  std::int64_t index() const { return index_; }
  std::size_t position() const { return position_; }  // in the counts
  double count() const { return counts_[position_]; }

 private:
  bool next_outwards();
  bool next_inwards();

  std::span<const BucketSpan> spans_;
  std::span<const double> counts_;
  Direction direction_;
  std::int64_t index_ = 0;
  std::size_t position_ = 0;  // before the first: one off, modulo the width of the type
  std::size_t span_ = 0;
  std::uint32_t in_span_ =
      0;  // outwards: buckets of the span that were seen; inwards: still to come
};

inline BucketCursor positive_buckets(const FloatHistogram& histogram) {
  return {histogram.positive_spans, histogram.positive_counts};
}
inline BucketCursor negative_buckets(const FloatHistogram& histogram) {
  return {histogram.negative_spans, histogram.negative_counts};
}
// A bucket as it is, even where it reaches into the zero bucket.
Bucket positive_bucket(const FloatHistogram& histogram, std::int64_t index, double count);
Bucket negative_bucket(const FloatHistogram& histogram, std::int64_t index, double count);
Bucket zero_bucket(const FloatHistogram& histogram);

// Walks over all buckets from the lowest value to the highest or back; the zero bucket is there if
// it counts something. Buckets end where the zero bucket begins.
class AllBuckets {
 public:
  enum class Order : std::uint8_t { ascending, descending };

  explicit AllBuckets(const FloatHistogram& histogram, Order order = Order::ascending);

  bool next();
  double count() const;
  Bucket bucket() const;

 private:
  enum class Stage : std::uint8_t { inwards, zero, outwards, end };

  bool on_positive_side() const {
    return (stage_ == Stage::outwards) == (order_ == Order::ascending);
  }

  const FloatHistogram& histogram_;
  Order order_;
  Stage stage_ = Stage::inwards;
  BucketCursor inwards_;
  BucketCursor outwards_;
};

// The buckets as the query API lists them: those that count something, ascending.
std::vector<Bucket> populated_buckets(const FloatHistogram& histogram);
// 0: open left, 1: open right, 2: open on both sides, 3: closed on both sides.
int boundary_rule(const Bucket& bucket);

// How many samples it counts for in limits and statistics.
std::uint64_t size_in_samples(const FloatHistogram& histogram);

// {count:4, sum:10, (1,2]:4}
std::string to_string(const FloatHistogram& histogram);
// {{schema:1 count:4 sum:10 offset:1 buckets:[1 3]}}, as test scripts have it.
std::string test_expression(const FloatHistogram& histogram);

}  // namespace tributary::promql
