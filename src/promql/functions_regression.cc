// deriv, predict_linear and double_exponential_smoothing: lines through the floats of a window.
#include <array>
#include <cmath>
#include <cstdio>

#include "promql/functions.h"
#include "promql/go_text.h"
#include "promql/numeric.h"

namespace tributary::promql::functions {
namespace {

struct Line {
  double slope = 0;      // per second
  double intercept = 0;  // at the time that was asked for
};

// Least squares.
Line fit_line(std::span<const Sample> samples, std::int64_t intercept_ms) {
  CompensatedSum sum_x;
  CompensatedSum sum_y;
  CompensatedSum sum_xy;
  CompensatedSum sum_x2;
  const double first_y = samples.front().value;
  bool is_constant = true;
  for (const Sample& sample : samples) {
    const double x = static_cast<double>(sample.timestamp_ms - intercept_ms) / 1000;
    const double y = sample.value;
    if (&sample != &samples.front() && y != first_y) is_constant = false;
    sum_x.add(x);
    sum_y.add(y);
    sum_xy.add(x * y);
    sum_x2.add(x * x);
  }
  if (is_constant) {
    return std::isinf(first_y) ? Line{kNormalNaN, kNormalNaN} : Line{0, first_y};
  }
  const auto n = static_cast<double>(samples.size());
  const double x = sum_x.value();
  const double y = sum_y.value();
  const double covariance = sum_xy.value() - x * y / n;
  const double variance = sum_x2.value() - x * x / n;
  const double slope = covariance / variance;
  return {slope, y / n - slope * x / n};
}

// A line needs two floats; says so where histograms were there beside a single one.
bool has_two_floats(const RangeWindow& window, FunctionNotes& notes) {
  if (!window.floats.empty()) note_ignored_histograms(window, notes);
  return window.floats.size() >= 2;
}

bool is_valid_factor(double factor, const char* what, const char* symbol, FunctionNotes& notes) {
  if (!(factor <= 0 || factor >= 1)) return true;
  std::string got = shortest_text(factor);
  if (std::isfinite(factor)) {
    got.resize(512);
    got.resize(static_cast<std::size_t>(std::snprintf(got.data(), got.size(), "%f", factor)));
  }
  notes.failure =
      std::string("invalid ") + what + " factor. Expected: 0 < " + symbol + " < 1, got: " + got;
  return false;
}

}  // namespace

Result deriv(const RangeWindow& window, Scalars, FunctionNotes& notes) {
  if (!has_two_floats(window, notes)) return std::nullopt;
  // Times near to those of the samples keep the numbers small.
  return of(fit_line(window.floats, window.floats.front().timestamp_ms).slope);
}

Result predict_linear(const RangeWindow& window, Scalars scalars, FunctionNotes& notes) {
  if (!has_two_floats(window, notes)) return std::nullopt;
  const Line line = fit_line(window.floats, window.time_ms);
  return of(line.slope * scalars[0] + line.intercept);
}

Result double_exponential_smoothing(const RangeWindow& window, Scalars scalars,
                                    FunctionNotes& notes) {
  const double smoothing = scalars[0];
  const double trend_factor = scalars[1];
  if (!is_valid_factor(smoothing, "smoothing", "sf", notes) ||
      !is_valid_factor(trend_factor, "trend", "tf", notes) || !has_two_floats(window, notes)) {
    return std::nullopt;
  }
  const auto samples = window.floats;
  double before = 0;
  double level = samples[0].value;
  double trend = samples[1].value - samples[0].value;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (i > 1) trend = trend_factor * (level - before) + (1 - trend_factor) * trend;
    before = level;
    level = smoothing * samples[i].value + (1 - smoothing) * (level + trend);
  }
  return of(level);
}

}  // namespace tributary::promql::functions
