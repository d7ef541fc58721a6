#include "promql/window.h"

#include <string>
#include <utility>

#include "promql/histogram_buckets.h"

namespace tributary::promql {
namespace {

// The samples of [begin, end) are in the window.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;

  template <class Samples>
  void slide(const Samples& samples, std::int64_t after_ms, std::int64_t until_ms) {
    while (end < samples.size() && samples[end].timestamp_ms <= until_ms) ++end;
    while (begin < end && samples[begin].timestamp_ms <= after_ms) ++begin;
  }
  template <class T>
  std::span<const T> of(const std::vector<T>& list) const {
    if (list.empty()) return {};
    return std::span<const T>(list).subspan(begin, end - begin);
  }
  std::size_t size() const { return end - begin; }
};

class WindowRows final : public Rows {
 public:
  WindowRows(Evaluator& evaluator, const Expression& call, RangeFunction function,
             RangeSource source, std::vector<std::vector<double>> arguments);

  std::size_t size() const override { return source_.list->size(); }
  LabelsView labels(std::size_t row) const override { return source_.list->labels(row); }
  bool strips_metadata() const override { return strips_; }
  bool drops_name(std::size_t row) const override {
    return drops_ || (!source_.drops_name.empty() && source_.drops_name[row]);
  }
  Result<RowView> compute(std::size_t row, Worker& worker) const override;

 private:
  // The window's times at this step, and those of the samples that the function may see.
  struct Bounds {
    std::int64_t start_ms;
    std::int64_t end_ms;
    std::int64_t samples_after_ms;
    std::int64_t samples_until_ms;
  };
  Bounds bounds(std::size_t step) const;
  void call(std::size_t step, const Bounds& at, const Slice& floats, const Slice& histograms,
            const SeriesSamples& samples, FunctionNotes& notes, RowBuffer& out) const;

  const RangeFunction function_;
  const RangeSource source_;
  const std::vector<std::vector<double>> arguments_;  // per step the scalar arguments
  const Grid grid_;
  const Position position_;
  const std::int64_t lookback_ms_;
  const bool type_and_unit_labels_;
  const bool start_timestamps_;
  const bool strips_;
  const bool drops_;
};

WindowRows::WindowRows(Evaluator& evaluator, const Expression& call, RangeFunction function,
                       RangeSource source, std::vector<std::vector<double>> arguments)
    : function_(function),
      source_(std::move(source)),
      arguments_(std::move(arguments)),
      grid_(evaluator.grid()),
      position_(std::get<Call>(call.node).arguments[0]->position),
      lookback_ms_(evaluator.query().lookback_ms()),
      type_and_unit_labels_(evaluator.query().features().type_and_unit_labels),
      start_timestamps_(evaluator.query().features().start_timestamps),
      strips_(!std::get<Call>(call.node).function->keeps_name &&
              !evaluator.query().delays_name_removal()),
      drops_(!std::get<Call>(call.node).function->keeps_name &&
             evaluator.query().delays_name_removal()) {}

WindowRows::Bounds WindowRows::bounds(std::size_t step) const {
  Bounds out{};
  out.end_ms = source_.time.of(grid_.at(step));
  out.start_ms = saturating_subtract(out.end_ms, source_.range_ms);
  const bool wide = source_.anchored || source_.smoothed;
  out.samples_after_ms = wide ? saturating_subtract(out.start_ms, lookback_ms_) : out.start_ms;
  out.samples_until_ms = source_.smoothed ? saturating_add(out.end_ms, lookback_ms_) : out.end_ms;
  return out;
}

void WindowRows::call(std::size_t step, const Bounds& at, const Slice& floats,
                      const Slice& histograms, const SeriesSamples& samples, FunctionNotes& notes,
                      RowBuffer& out) const {
  RangeWindow window;
  window.floats = floats.of(samples.floats);
  window.histograms = histograms.of(samples.histograms);
  if (start_timestamps_) {
    window.float_starts_ms = floats.of(samples.float_starts_ms);
    window.histogram_starts_ms = histograms.of(samples.histogram_starts_ms);
  }
  window.start_ms = at.start_ms;
  window.end_ms = at.end_ms;
  window.time_ms = grid_.at(step);
  window.anchored = source_.anchored;
  window.smoothed = source_.smoothed;
  std::optional<Point> point =
      function_(window, arguments_.empty() ? std::span<const double>() : arguments_[step], notes);
  if (!point) return;
  if (point->histogram != nullptr) {
    out.set(step, std::move(point->histogram));
  } else {
    out.set(step, point->value);
  }
}

std::uint64_t weight(std::span<const HistogramSample> histograms) {
  std::uint64_t sum = 0;
  for (const HistogramSample& sample : histograms) sum += size_in_samples(*sample.histogram);
  return sum;
}

Result<RowView> WindowRows::compute(std::size_t row, Worker& worker) const {
  SeriesSamples& samples = worker.samples;
  samples.clear();
  if (auto read = source_.list->read(row, samples); !read) return read.error();
  drop_stale(samples);
  if (source_.counts_only) keep_counts(samples.histograms);
  if (samples.floats.empty() && samples.histograms.empty()) return RowView{};
  const LabelsView own_labels = labels(row);
  FunctionNotes notes{
      worker.annotations, position_, own_labels.get(kMetricName), {}, type_and_unit_labels_};
  if (type_and_unit_labels_) notes.type_label = own_labels.get("__type__");
  RowBuffer& out = worker.buffer();
  out.reset(grid_.count);
  const auto [first_ms, last_ms] = span_of(samples);
  const std::int64_t around_ms = source_.anchored || source_.smoothed ? lookback_ms_ : 0;
  const StepRange steps = steps_that_see(grid_, source_.time, first_ms, last_ms,
                                         saturating_add(source_.range_ms, around_ms), around_ms);
  Slice floats;
  Slice histograms;
  std::uint64_t largest = 0;
  for (std::size_t step = steps.begin; step < steps.end; ++step) {
    const Bounds at = bounds(step);
    floats.slide(samples.floats, at.samples_after_ms, at.samples_until_ms);
    histograms.slide(samples.histograms, at.samples_after_ms, at.samples_until_ms);
    if (floats.size() + histograms.size() == 0) continue;
    std::uint64_t held = floats.size();
    if (histograms.size() > 0) held += weight(histograms.of(samples.histograms));
    largest = std::max(largest, held);
    worker.tally.add(step, held);
    call(step, at, floats, histograms, samples, notes, out);
    if (!notes.failure.empty()) return Error(Code::execution, notes.failure);
  }
  worker.computed += count_samples(out.view());
  worker.window_max = std::max(worker.window_max, largest);
  return out.view();
}

Error misplaced(std::string_view modifier, const Function& called, bool Function::* takes) {
  std::string names;
  for (const Function& function : all_functions()) {
    if (!(function.*takes)) continue;
    if (!names.empty()) names += ", ";
    names += function.name;
  }
  return Error(Code::execution, std::string(modifier) + " modifier can only be used with: " +
                                    names + " - not with " + std::string(called.name));
}

}  // namespace

Result<RowsPtr> call_range_function(Evaluator& evaluator, const Expression& expression) {
  const Function& function = *std::get<Call>(expression.node).function;
  TRIBUTARY_TRY(
      RowsPtr rows,
      range_function_rows(evaluator, expression, std::get<RangeFunction>(function.implementation)));
  return settle_labels(evaluator, std::move(rows), SameLabels::refuse);
}

Result<RowsPtr> range_function_rows(Evaluator& evaluator, const Expression& expression,
                                    RangeFunction function) {
  const Call& call = std::get<Call>(expression.node);
  RangeSource source;
  std::vector<std::vector<double>> arguments;
  for (const ExpressionPtr& argument : call.arguments) {
    if (argument->type == ValueType::matrix) {
      TRIBUTARY_TRY(source, select_range(evaluator, *argument));
      continue;
    }
    TRIBUTARY_TRY(const std::vector<double> values, evaluator.scalars(*argument));
    arguments.resize(values.size());
    for (std::size_t step = 0; step < values.size(); ++step) {
      arguments[step].push_back(values[step]);
    }
  }
  if (source.anchored && !call.function->takes_anchored) {
    return misplaced("anchored", *call.function, &Function::takes_anchored);
  }
  if (source.smoothed && !call.function->takes_smoothed) {
    return misplaced("smoothed", *call.function, &Function::takes_smoothed);
  }
  return RowsPtr(std::make_unique<WindowRows>(evaluator, expression, function, std::move(source),
                                              std::move(arguments)));
}

}  // namespace tributary::promql
