#include "promql/testing/reference_functions.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

namespace tributary::promql::testing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Window = const ReferenceWindow&;
using Scalars = std::span<const double>;
using Answer = std::optional<double>;

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

std::vector<double> values_of(Window window) {
  std::vector<double> values;
  for (const Sample& sample : window.samples) values.push_back(sample.value);
  return values;
}

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// What the counter gained, its resets made good.
double gain_of(Window window, bool is_counter) {
  double gain = window.samples.back().value - window.samples.front().value;
  for (std::size_t i = 1; is_counter && i < window.samples.size(); ++i) {
    const double before = window.samples[i - 1].value;
    if (window.samples[i].value < before) gain += before;
  }
  return gain;
}

// The gain over the whole window, as if the samples went on to its ends where these are near.
Answer extrapolated(Window window, bool is_counter) {
  const std::size_t size = window.samples.size();
  if (size < 2) return std::nullopt;
  const Sample& first = window.samples.front();
  const double gain = gain_of(window, is_counter);
  const double sampled = seconds(window.samples.back().timestamp_ms - first.timestamp_ms);
  const double between = sampled / static_cast<double>(size - 1);
  double before = seconds(first.timestamp_ms - window.start_ms);
  double after = seconds(window.end_ms - window.samples.back().timestamp_ms);
  if (before >= between * 1.1) before = between / 2;
  if (after >= between * 1.1) after = between / 2;
  if (is_counter && gain > 0 && first.value >= 0) {
    before = std::min(before, sampled * (first.value / gain));
  }
  return gain * ((sampled + before + after) / sampled);
}

Answer increase(Window window, Scalars) { return extrapolated(window, true); }
Answer delta(Window window, Scalars) { return extrapolated(window, false); }
Answer rate(Window window, Scalars) {
  const Answer gain = extrapolated(window, true);
  if (!gain) return gain;
  return *gain / seconds(window.end_ms - window.start_ms);
}

Answer last_step(Window window, bool is_counter) {
  const std::size_t size = window.samples.size();
  if (size < 2) return std::nullopt;
  const double before = window.samples[size - 2].value;
  const double last = window.samples[size - 1].value;
  return is_counter && last < before ? last : last - before;
}
Answer idelta(Window window, Scalars) { return last_step(window, false); }
Answer irate(Window window, Scalars) {
  const Answer step = last_step(window, true);
  if (!step) return step;
  const std::size_t size = window.samples.size();
  return *step /
         seconds(window.samples[size - 1].timestamp_ms - window.samples[size - 2].timestamp_ms);
}

template <class Differs>
Answer count_pairs(Window window, Differs differs) {
  double count = 0;
  for (std::size_t i = 1; i < window.samples.size(); ++i) {
    if (differs(window.samples[i - 1].value, window.samples[i].value)) ++count;
  }
  return count;
}
Answer changes(Window window, Scalars) {
  return count_pairs(window, [](double before, double after) {
    return before != after && !(std::isnan(before) && std::isnan(after));
  });
}
Answer resets(Window window, Scalars) {
  return count_pairs(window, [](double before, double after) { return after < before; });
}

// NaN only where there is nothing else.
Answer best_of(Window window, bool (*better)(double, double)) {
  double best = kNaN;
  for (const Sample& sample : window.samples) {
    if (std::isnan(best) || better(sample.value, best)) best = sample.value;
  }
  return best;
}
Answer min_over_time(Window window, Scalars) {
  return best_of(window, [](double a, double b) { return a < b; });
}
Answer max_over_time(Window window, Scalars) {
  return best_of(window, [](double a, double b) { return a > b; });
}

Answer sum_over_time(Window window, Scalars) { return sum_of(values_of(window)); }
Answer avg_over_time(Window window, Scalars) {
  return sum_of(values_of(window)) / static_cast<double>(window.samples.size());
}
Answer count_over_time(Window window, Scalars) {
  return static_cast<double>(window.samples.size());
}
Answer last_over_time(Window window, Scalars) { return window.samples.back().value; }
Answer present_over_time(Window, Scalars) { return 1; }
Answer stdvar_over_time(Window window, Scalars) { return reference_variance(values_of(window)); }
Answer stddev_over_time(Window window, Scalars) {
  return std::sqrt(reference_variance(values_of(window)));
}
Answer quantile_over_time(Window window, Scalars scalars) {
  return reference_quantile(scalars[0], values_of(window));
}

struct Line {
  double slope = 0;
  double at_origin = 0;
};

// Least squares, time counted from `origin_ms`.
std::optional<Line> fit(Window window, std::int64_t origin_ms) {
  if (window.samples.size() < 2) return std::nullopt;
  const double first = window.samples.front().value;
  const auto same = [first](const Sample& sample) { return sample.value == first; };
  if (std::ranges::all_of(window.samples, same)) {
    return std::isinf(first) ? Line{kNaN, kNaN} : Line{0, first};
  }
  const auto n = static_cast<long double>(window.samples.size());
  long double sum_x = 0;
  long double sum_y = 0;
  long double sum_xy = 0;
  long double sum_xx = 0;
  for (const Sample& sample : window.samples) {
    const long double x = seconds(sample.timestamp_ms - origin_ms);
    sum_x += x;
    sum_y += sample.value;
    sum_xy += x * sample.value;
    sum_xx += x * x;
  }
  const long double slope = (sum_xy - sum_x * sum_y / n) / (sum_xx - sum_x * sum_x / n);
  const long double at_origin = sum_y / n - slope * sum_x / n;
  return Line{static_cast<double>(slope), static_cast<double>(at_origin)};
}
Answer deriv(Window window, Scalars) {
  const auto line = fit(window, window.samples.front().timestamp_ms);
  if (!line) return std::nullopt;
  return line->slope;
}
Answer predict_linear(Window window, Scalars scalars) {
  const auto line = fit(window, window.time_ms);
  if (!line) return std::nullopt;
  return line->at_origin + line->slope * scalars[0];
}

// --- Functions of a sample.

template <double (*kFormula)(double)>
Answer plain(double value, Scalars) {
  return kFormula(value);
}

double to_degrees(double value) { return value * 180 / std::numbers::pi; }
double to_radians(double value) { return value * std::numbers::pi / 180; }
double sign_of(double value) { return value > 0 ? 1 : value < 0 ? -1 : value; }

// NaN where one of the two is, unless the other cannot be outdone (Go's Min and Max).
double smaller(double a, double b) {
  if (a == -kInfinity || b == -kInfinity) return -kInfinity;
  if (std::isnan(a) || std::isnan(b)) return kNaN;
  return a < b || (a == b && std::signbit(a)) ? a : b;  // -0 is smaller than 0
}
double larger(double a, double b) { return -smaller(-a, -b); }

Answer clamp(double value, Scalars scalars) {
  if (scalars[1] < scalars[0]) return std::nullopt;
  return larger(scalars[0], smaller(scalars[1], value));
}
Answer clamp_min(double value, Scalars scalars) { return larger(value, scalars[0]); }
Answer clamp_max(double value, Scalars scalars) { return smaller(value, scalars[0]); }

Answer round_to(double value, Scalars scalars) {
  const double inverse = 1 / (scalars.empty() ? 1 : scalars[0]);
  return std::floor(value * inverse + 0.5) / inverse;
}

struct Moment {
  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  std::int64_t second_of_day = 0;

  explicit Moment(double value)
      : day(std::chrono::floor<std::chrono::days>(
            std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(value))))),
        date(day),
        second_of_day(static_cast<std::int64_t>(value) -
                      std::chrono::sys_seconds(day).time_since_epoch().count()) {}
};

double year_of(double value) { return static_cast<int>(Moment(value).date.year()); }
double month_of(double value) { return static_cast<unsigned>(Moment(value).date.month()); }
double day_of_month(double value) { return static_cast<unsigned>(Moment(value).date.day()); }
double day_of_week(double value) { return std::chrono::weekday(Moment(value).day).c_encoding(); }
double day_of_year(double value) {
  const Moment moment(value);
  const std::chrono::sys_days new_year = moment.date.year() / std::chrono::January / 1;
  return static_cast<double>((moment.day - new_year).count() + 1);
}
double days_in_month(double value) {
  const Moment moment(value);
  const auto last = moment.date.year() / moment.date.month() / std::chrono::last;
  return static_cast<unsigned>(last.day());
}
double hour_of(double value) { return static_cast<double>(Moment(value).second_of_day / 3600); }
double minute_of(double value) {
  return static_cast<double>(Moment(value).second_of_day / 60 % 60);
}

}  // namespace

ReferenceRangeFunction find_range_function(std::string_view name) {
  static const std::map<std::string_view, ReferenceRangeFunction> kFunctions = {
      {"avg_over_time", avg_over_time},
      {"changes", changes},
      {"count_over_time", count_over_time},
      {"delta", delta},
      {"deriv", deriv},
      {"idelta", idelta},
      {"increase", increase},
      {"irate", irate},
      {"last_over_time", last_over_time},
      {"max_over_time", max_over_time},
      {"min_over_time", min_over_time},
      {"predict_linear", predict_linear},
      {"present_over_time", present_over_time},
      {"quantile_over_time", quantile_over_time},
      {"rate", rate},
      {"resets", resets},
      {"stddev_over_time", stddev_over_time},
      {"stdvar_over_time", stdvar_over_time},
      {"sum_over_time", sum_over_time},
  };
  const auto found = kFunctions.find(name);
  return found == kFunctions.end() ? nullptr : found->second;
}

ReferenceSampleFunction find_sample_function(std::string_view name) {
  static const std::map<std::string_view, ReferenceSampleFunction> kFunctions = {
      {"abs", plain<std::fabs>},
      {"acos", plain<std::acos>},
      {"acosh", plain<std::acosh>},
      {"asin", plain<std::asin>},
      {"asinh", plain<std::asinh>},
      {"atan", plain<std::atan>},
      {"atanh", plain<std::atanh>},
      {"ceil", plain<std::ceil>},
      {"clamp", clamp},
      {"clamp_max", clamp_max},
      {"clamp_min", clamp_min},
      {"cos", plain<std::cos>},
      {"cosh", plain<std::cosh>},
      {"day_of_month", plain<day_of_month>},
      {"day_of_week", plain<day_of_week>},
      {"day_of_year", plain<day_of_year>},
      {"days_in_month", plain<days_in_month>},
      {"deg", plain<to_degrees>},
      {"exp", plain<std::exp>},
      {"floor", plain<std::floor>},
      {"hour", plain<hour_of>},
      {"ln", plain<std::log>},
      {"log10", plain<std::log10>},
      {"log2", plain<std::log2>},
      {"minute", plain<minute_of>},
      {"month", plain<month_of>},
      {"rad", plain<to_radians>},
      {"round", round_to},
      {"sgn", plain<sign_of>},
      {"sin", plain<std::sin>},
      {"sinh", plain<std::sinh>},
      {"sqrt", plain<std::sqrt>},
      {"tan", plain<std::tan>},
      {"tanh", plain<std::tanh>},
      {"year", plain<year_of>},
  };
  const auto found = kFunctions.find(name);
  return found == kFunctions.end() ? nullptr : found->second;
}

double reference_quantile(double q, std::vector<double> values) {
  if (values.empty() || std::isnan(q)) return kNaN;
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  // NaN is the smallest.
  std::ranges::sort(values,
                    [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto lower = static_cast<std::size_t>(rank);
  const std::size_t upper = std::min(lower + 1, values.size() - 1);
  const double weight = rank - std::floor(rank);
  return values[lower] * (1 - weight) + values[upper] * weight;
}

double reference_variance(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = sum_of(values) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / n;
}

double reference_bucket_quantile(double q, std::vector<ReferenceBucket> buckets) {
  if (std::isnan(q)) return kNaN;
  if (q < 0) return -kInfinity;
  if (q > 1) return kInfinity;
  std::ranges::sort(buckets, {}, &ReferenceBucket::upper);
  if (buckets.size() < 2 || buckets.back().upper != kInfinity) return kNaN;
  // Scraped at different moments, buckets may seem to shrink.
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    buckets[i].count = std::max(buckets[i].count, buckets[i - 1].count);
  }
  if (buckets.back().count == 0) return kNaN;
  const double rank = q * buckets.back().count;
  std::size_t b = 0;
  while (b + 1 < buckets.size() && buckets[b].count < rank) ++b;
  if (b + 1 == buckets.size()) return buckets[b - 1].upper;
  if (b == 0 && buckets[0].upper <= 0) return buckets[0].upper;
  const double lower = b == 0 ? 0 : buckets[b - 1].upper;
  const double below = b == 0 ? 0 : buckets[b - 1].count;
  return lower + (buckets[b].upper - lower) * ((rank - below) / (buckets[b].count - below));
}

}  // namespace tributary::promql::testing
