// PromQL's functions: names, signatures, and what computes them.
//
// Most functions look at one series at one time: either its sample (SampleFunction: abs, clamp,
// histogram_count, hour) or a window of its samples (RangeFunction: rate, max_over_time). They are
// pure and know nothing of labels, steps or stores. The others see whole vectors or make series of
// their own; the evaluator knows them by their `Special`.
//
// Threads: the table never changes; the functions may run on any number of threads, each with its
// own Annotations.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/float_histogram.h"
#include "model/queryable.h"
#include "model/sample.h"
#include "promql/annotations.h"
#include "promql/ast.h"

namespace tributary::promql {

// A value at a time: a histogram where there is one, else a float.
struct Point {
  double value = 0;
  FloatHistogramPtr histogram;
};

// What a function may need to word its annotations, and where it puts them. Made anew for each
// series, so cheap: `metric_name` and `type_label` are views of its labels.
struct FunctionNotes {
  Annotations& annotations;
  Position position;  // of the call's first argument
  std::string_view metric_name;
  std::string_view type_label;  // __type__, looked at where `type_and_unit_labels`
  bool type_and_unit_labels = false;
  // Set by the function: the series was looked at for being no counter, which is done once.
  bool counter_checked = false;
  // Set by the function: the whole query fails (Code::execution) with this text.
  std::string failure;
};

// The samples of one series in (start_ms, end_ms], without staleness markers, oldest first; not
// both lists empty. For `anchored` and `smoothed` selectors the samples just outside the window
// that these need are at the ends, too.
struct RangeWindow {
  std::span<const Sample> floats;
  std::span<const HistogramSample> histograms;
  std::span<const std::int64_t> float_starts_ms;      // empty: none known
  std::span<const std::int64_t> histogram_starts_ms;  // empty: none known
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;   // the evaluation time after offset and @
  std::int64_t time_ms = 0;  // the evaluation time itself
  bool anchored = false;
  bool smoothed = false;
};

// `scalars`: the scalar arguments in order, at this step, as many as were written. No value: the
// series is absent here. Where a date function's vector is left out, the evaluator gives it a
// series without labels whose value is the evaluation time in seconds.
using SampleFunction = std::optional<Point> (*)(const Point& sample, std::int64_t sample_time_ms,
                                                std::span<const double> scalars,
                                                FunctionNotes& notes);
using RangeFunction = std::optional<Point> (*)(const RangeWindow& window,
                                               std::span<const double> scalars,
                                               FunctionNotes& notes);

enum class Special : std::uint8_t {
  absent,
  absent_over_time,
  histogram_fraction,
  histogram_quantile,
  histogram_quantiles,
  info,
  label_join,
  label_replace,
  pi,
  query_start,  // start()
  query_end,    // end()
  query_range,  // range()
  query_step,   // step()
  max_of,
  min_of,
  scalar,
  sort,
  sort_by_label,
  sort_by_label_desc,
  sort_desc,
  start_timestamp,  // wants the start time of the selector's sample
  time,
  timestamp,  // wants the sample's own time where its argument is a selector
  vector,
};

struct Function {
  std::string_view name;
  std::vector<ValueType> arguments;
  // 0: exactly `arguments`. Else the last one may be left out or repeated: at most n times, or (-1)
  // any number of times.
  int variadic = 0;
  ValueType result = ValueType::vector;
  bool experimental = false;
  std::variant<Special, SampleFunction, RangeFunction> implementation;
  // The metric name stays: last_over_time, first_over_time, sort, label_replace, ...
  bool keeps_name = false;
  // The result depends on the evaluation time even where the arguments do not (day_of_week(), or
  // timestamp(), which shows the samples' own times).
  bool depends_on_time = false;
  // Takes windows with the samples around them: `[5m] anchored`, `[5m] smoothed`.
  bool takes_anchored = false;
  bool takes_smoothed = false;
};

// Null where there is none of that name.
const Function* find_function(std::string_view name);
// Sorted by name.
std::span<const Function> all_functions();

}  // namespace tributary::promql
