// Arithmetic on native histograms (Prometheus, model/histogram/float_histogram.go).
//
// Two histograms meet at the coarser schema and at a zero bucket that is wide enough for both and
// cuts no populated bucket; custom buckets meet at the bounds that both have. Exponential and
// custom buckets do not meet.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/float_histogram.h"

namespace tributary::promql {

void multiply(FloatHistogram& histogram, double factor);
void divide(FloatHistogram& histogram, double divisor);  // by zero: all buckets go

// What deserves an annotation.
struct Reconciled {
  bool reset_collision = false;  // one began anew, the other did not
  bool custom_bounds = false;    // the custom bounds differed
};

// Into `histogram`; nothing, and no change, where one has exponential and one custom buckets. The
// result may have empty buckets.
std::optional<Reconciled> add(FloatHistogram& histogram, const FloatHistogram& other);
std::optional<Reconciled> subtract(FloatHistogram& histogram, const FloatHistogram& other);

// What rounding has lost in a sum of histograms, bucket by bucket (see compensated_add). Belongs to
// one sum, and changes with its buckets.
struct Compensation {
  explicit Compensation(const FloatHistogram& of)
      : positive(of.positive_counts.size()), negative(of.negative_counts.size()) {}

  double count = 0;
  double sum = 0;
  double zero_count = 0;
  std::vector<double> positive;
  std::vector<double> negative;
};
std::optional<Reconciled> add(FloatHistogram& sum, const FloatHistogram& other,
                              Compensation& compensation);
void multiply(Compensation& compensation, double factor);
void divide(Compensation& compensation, double divisor);
void add(FloatHistogram& sum, const Compensation& compensation);

// To a coarser one; neither is of custom buckets.
void reduce_schema(FloatHistogram& histogram, std::int32_t schema);
// Leaves empty buckets and spans out.
void compact(FloatHistogram& histogram);

// Whether the counters in `current` cannot have grown out of those in `previous`.
bool is_reset(const FloatHistogram& current, const FloatHistogram& previous);
// Bit for bit, hints apart.
bool same_data(const FloatHistogram& a, const FloatHistogram& b);
bool has_infinity(const FloatHistogram& histogram);

// Observations up to `limit` alone, or from `limit` on; buckets that hold it are split, and the sum
// is estimated anew.
void keep_below(FloatHistogram& histogram, double limit);
void keep_above(FloatHistogram& histogram, double limit);

}  // namespace tributary::promql
