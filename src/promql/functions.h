// What computes the functions of the table, by the files they stand in. For function_table.cc
// alone.
//
// Threads: pure functions, apart from the notes they are given.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "promql/function.h"

namespace tributary::promql::functions {

struct Named {
  std::string_view name;
  SampleFunction function;
};

// Of one vector: abs, sin, ...; floats alone, histograms are left out.
std::span<const Named> math();
// Of one vector of times: hour, year, ...
std::span<const Named> date();
// Of one vector: histogram_count, ...; histograms alone.
std::span<const Named> histogram();

using Result = std::optional<Point>;
using Scalars = std::span<const double>;

Result clamp(const Point&, std::int64_t, Scalars, FunctionNotes&);
Result clamp_max(const Point&, std::int64_t, Scalars, FunctionNotes&);
Result clamp_min(const Point&, std::int64_t, Scalars, FunctionNotes&);
Result round(const Point&, std::int64_t, Scalars, FunctionNotes&);

Result delta(const RangeWindow&, Scalars, FunctionNotes&);
Result idelta(const RangeWindow&, Scalars, FunctionNotes&);
Result increase(const RangeWindow&, Scalars, FunctionNotes&);
Result irate(const RangeWindow&, Scalars, FunctionNotes&);
Result rate(const RangeWindow&, Scalars, FunctionNotes&);

Result changes(const RangeWindow&, Scalars, FunctionNotes&);
Result resets(const RangeWindow&, Scalars, FunctionNotes&);

Result deriv(const RangeWindow&, Scalars, FunctionNotes&);
Result double_exponential_smoothing(const RangeWindow&, Scalars, FunctionNotes&);
Result predict_linear(const RangeWindow&, Scalars, FunctionNotes&);

Result avg_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result count_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result first_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result last_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result mad_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result max_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result min_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result present_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result quantile_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result stddev_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result stdvar_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result sum_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result ts_of_first_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result ts_of_last_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result ts_of_max_over_time(const RangeWindow&, Scalars, FunctionNotes&);
Result ts_of_min_over_time(const RangeWindow&, Scalars, FunctionNotes&);

// --- Shared between the files

inline Point of(double value) { return {value, nullptr}; }

// `[5m] anchored` and `[5m] smoothed` of rate, increase and delta: interpolated at the ends of the
// window instead of extrapolated.
Result extended_rate(const RangeWindow& window, bool is_counter, bool is_rate,
                     FunctionNotes& notes);

// Whether the second sample, by its start time, belongs to a counter that began anew after the
// first one. Zero start times are unknown.
bool began_anew(std::int64_t start_before_ms, std::int64_t time_before_ms, std::int64_t start_ms,
                std::int64_t time_ms);

inline void note_ignored_histograms(const RangeWindow& window, FunctionNotes& notes) {
  if (window.histograms.empty()) return;
  notes.annotations.add(notes.position, note::histogram_ignored_in_mixed_range(notes.metric_name));
}

// Adds or subtracts and annotates; false, with an annotation, where they do not mix.
bool add_noted(FloatHistogram& histogram, const FloatHistogram& other, FunctionNotes& notes);
bool subtract_noted(FloatHistogram& histogram, const FloatHistogram& other, FunctionNotes& notes);

}  // namespace tributary::promql::functions
