// abs, sin, clamp, round, ...: a float in, a float out.
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "promql/functions.h"
#include "promql/numeric.h"

namespace tributary::promql::functions {
namespace {

template <class Operation>
Result of_float(const Point& sample, Operation operation) {
  if (sample.histogram != nullptr) return std::nullopt;
  return of(operation(sample.value));
}

// A SampleFunction from a captureless lambda.
template <auto operation>
Result apply(const Point& sample, std::int64_t, Scalars, FunctionNotes&) {
  return of_float(sample, operation);
}

double sign(double value) {
  if (value < 0) return -1;
  return value > 0 ? 1 : value;  // zero and NaN stay
}

Result clamp_between(const Point& sample, double low, double high) {
  if (high < low) return std::nullopt;
  return of_float(sample, [=](double value) { return larger_of(low, smaller_of(high, value)); });
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

constexpr std::array kMath = {
    Named{"abs", apply<[](double v) { return std::abs(v); }>},
    Named{"acos", apply<[](double v) { return std::acos(v); }>},
    Named{"acosh", apply<[](double v) { return std::acosh(v); }>},
    Named{"asin", apply<[](double v) { return std::asin(v); }>},
    Named{"asinh", apply<[](double v) { return std::asinh(v); }>},
    Named{"atan", apply<[](double v) { return std::atan(v); }>},
    Named{"atanh", apply<[](double v) { return std::atanh(v); }>},
    Named{"ceil", apply<[](double v) { return std::ceil(v); }>},
    Named{"cos", apply<[](double v) { return std::cos(v); }>},
    Named{"cosh", apply<[](double v) { return std::cosh(v); }>},
    Named{"deg", apply<[](double v) { return v * 180 / kPi; }>},
    Named{"exp", apply<[](double v) { return std::exp(v); }>},
    Named{"floor", apply<[](double v) { return std::floor(v); }>},
    Named{"ln", apply<[](double v) { return std::log(v); }>},
    Named{"log10", apply<[](double v) { return std::log10(v); }>},
    Named{"log2", apply<[](double v) { return std::log2(v); }>},
    Named{"rad", apply<[](double v) { return v * kPi / 180; }>},
    Named{"sgn", apply<sign>},
    Named{"sin", apply<[](double v) { return std::sin(v); }>},
    Named{"sinh", apply<[](double v) { return std::sinh(v); }>},
    Named{"sqrt", apply<[](double v) { return std::sqrt(v); }>},
    Named{"tan", apply<[](double v) { return std::tan(v); }>},
    Named{"tanh", apply<[](double v) { return std::tanh(v); }>},
};

}  // namespace

std::span<const Named> math() { return kMath; }

Result clamp(const Point& sample, std::int64_t, Scalars scalars, FunctionNotes&) {
  return clamp_between(sample, scalars[0], scalars[1]);
}

Result clamp_max(const Point& sample, std::int64_t, Scalars scalars, FunctionNotes&) {
  return clamp_between(sample, -kInfinity, scalars[0]);
}

Result clamp_min(const Point& sample, std::int64_t, Scalars scalars, FunctionNotes&) {
  return clamp_between(sample, scalars[0], kInfinity);
}

// To a multiple of the scalar, halves upwards.
Result round(const Point& sample, std::int64_t, Scalars scalars, FunctionNotes&) {
  // Multiplying by the inverse is more accurate than dividing.
  const double inverse = 1 / (scalars.empty() ? 1.0 : scalars[0]);
  return of_float(sample,
                  [=](double value) { return std::floor(value * inverse + 0.5) / inverse; });
}

}  // namespace tributary::promql::functions
