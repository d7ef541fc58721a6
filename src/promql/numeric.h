// Numbers as PromQL computes them, where C++ does it otherwise or not at all.
//
// Threads: pure functions.
#pragma once

#include <cmath>

namespace tributary::promql {

// Adds `value` to a sum with a running compensation of what rounding has lost (Kahan's summation as
// improved by Neumaier, 1974). The sum's value is sum + compensation. An infinite sum needs none.
inline void compensated_add(double value, double& sum, double& compensation) {
  const double total = sum + value;
  const bool sum_is_larger = std::abs(sum) >= std::abs(value);
  const double larger = sum_is_larger ? sum : value;
  const double smaller = sum_is_larger ? value : sum;
  compensation += (larger - total) + smaller;
  if (std::isinf(total)) compensation = 0;
  sum = total;
}

struct CompensatedSum {
  double sum = 0;
  double compensation = 0;

  void add(double value) { compensated_add(value, sum, compensation); }
  double value() const { return sum + compensation; }
};

// The larger and smaller one: NaN where either is NaN, unless the other is the infinity that wins
// anyway.
double larger_of(double a, double b);
double smaller_of(double a, double b);

// Whether they differ by at most `tolerance` relative to their magnitude; NaN equals NaN.
bool almost_equal(double a, double b, double tolerance);

}  // namespace tributary::promql
