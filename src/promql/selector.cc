#include "promql/selector.h"

#include <algorithm>
#include <utility>

#include "promql/histogram_buckets.h"
#include "promql/histogram_math.h"

namespace tributary::promql {
namespace {

class InstantRows final : public Rows {
 public:
  InstantRows(Evaluator& evaluator, const SeriesList& list, SelectorTime time, SampleAspect aspect,
              bool counts_only)
      : list_(list),
        grid_(evaluator.grid()),
        time_(time),
        lookback_ms_(evaluator.query().lookback_ms()),
        aspect_(aspect),
        counts_only_(counts_only) {}

  std::size_t size() const override { return list_.size(); }
  LabelsView labels(std::size_t row) const override { return list_.labels(row); }
  Result<RowView> compute(std::size_t row, Worker& worker) const override;

 private:
  void set_float(const SeriesSamples& samples, std::size_t index, std::size_t step,
                 RowBuffer& out) const;
  void set_histogram(const SeriesSamples& samples, std::size_t index, std::size_t step,
                     RowBuffer& out) const;
  // How many samples it counts for.
  std::uint64_t look(const SeriesSamples& samples, std::size_t floats, std::size_t histograms,
                     std::size_t step, RowBuffer& out) const;

  const SeriesList& list_;
  const Grid grid_;
  const SelectorTime time_;
  const std::int64_t lookback_ms_;
  const SampleAspect aspect_;
  const bool counts_only_;
};

double in_seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

double start_of(const std::vector<std::int64_t>& starts_ms, std::size_t index) {
  return starts_ms.empty() ? 0 : in_seconds(starts_ms[index]);
}

void InstantRows::set_float(const SeriesSamples& samples, std::size_t index, std::size_t step,
                            RowBuffer& out) const {
  switch (aspect_) {
    case SampleAspect::value: return out.set(step, samples.floats[index].value);
    case SampleAspect::time: return out.set(step, in_seconds(samples.floats[index].timestamp_ms));
    case SampleAspect::start_time: return out.set(step, start_of(samples.float_starts_ms, index));
  }
}

void InstantRows::set_histogram(const SeriesSamples& samples, std::size_t index, std::size_t step,
                                RowBuffer& out) const {
  switch (aspect_) {
    case SampleAspect::value: return out.set(step, samples.histograms[index].histogram);
    case SampleAspect::time:
      return out.set(step, in_seconds(samples.histograms[index].timestamp_ms));
    case SampleAspect::start_time:
      return out.set(step, start_of(samples.histogram_starts_ms, index));
  }
}

// `floats` and `histograms` samples are not later than the step.
std::uint64_t InstantRows::look(const SeriesSamples& samples, std::size_t floats,
                                std::size_t histograms, std::size_t step, RowBuffer& out) const {
  const std::int64_t after_ms = saturating_subtract(time_.of(grid_.at(step)), lookback_ms_);
  const std::int64_t float_ms = floats > 0 ? samples.floats[floats - 1].timestamp_ms : INT64_MIN;
  if (histograms > 0 && samples.histograms[histograms - 1].timestamp_ms > float_ms) {
    const HistogramSample& newest = samples.histograms[histograms - 1];
    if (newest.timestamp_ms <= after_ms || is_stale_marker(*newest.histogram)) return 0;
    set_histogram(samples, histograms - 1, step, out);
    return aspect_ == SampleAspect::value ? size_in_samples(*newest.histogram) : 1;
  }
  if (float_ms <= after_ms || is_stale_marker(samples.floats[floats - 1].value)) return 0;
  set_float(samples, floats - 1, step, out);
  return 1;
}

Result<RowView> InstantRows::compute(std::size_t row, Worker& worker) const {
  SeriesSamples& samples = worker.samples;
  samples.clear();
  if (auto read = list_.read(row, samples); !read) return read.error();
  if (samples.floats.empty() && samples.histograms.empty()) return RowView{};
  if (counts_only_) keep_counts(samples.histograms);
  const auto [first_ms, last_ms] = span_of(samples);
  const StepRange steps = steps_that_see(grid_, time_, first_ms, last_ms, lookback_ms_, 0);
  RowBuffer& out = worker.buffer();
  out.reset(grid_.count);
  std::size_t floats = 0;
  std::size_t histograms = 0;
  std::uint64_t held = 0;
  for (std::size_t step = steps.begin; step < steps.end; ++step) {
    const std::int64_t time_ms = time_.of(grid_.at(step));
    while (floats < samples.floats.size() && samples.floats[floats].timestamp_ms <= time_ms) {
      ++floats;
    }
    while (histograms < samples.histograms.size() &&
           samples.histograms[histograms].timestamp_ms <= time_ms) {
      ++histograms;
    }
    const std::uint64_t weight = look(samples, floats, histograms, step, out);
    held += weight;
    worker.tally.add(step, weight);
  }
  worker.computed += held;
  return out.view();
}

}  // namespace

StepRange steps_that_see(const Grid& grid, const SelectorTime& time, std::int64_t first_ms,
                         std::int64_t last_ms, std::int64_t before_ms, std::int64_t after_ms) {
  if (time.at_ms) return {0, grid.count};
  // In the time of the steps.
  const std::int64_t from_ms =
      saturating_subtract(saturating_add(first_ms, time.offset_ms), after_ms);
  const std::int64_t to_ms = saturating_add(saturating_add(last_ms, time.offset_ms), before_ms);
  const auto step_at = [&](std::int64_t time_ms) -> std::size_t {
    if (time_ms <= grid.start_ms) return 0;
    const std::uint64_t since_ms =
        static_cast<std::uint64_t>(time_ms) - static_cast<std::uint64_t>(grid.start_ms);
    return since_ms / static_cast<std::uint64_t>(grid.step_ms);
  };
  if (to_ms < grid.start_ms) return {};
  return {std::min(step_at(from_ms), grid.count), std::min(step_at(to_ms), grid.count - 1) + 1};
}

std::pair<std::int64_t, std::int64_t> span_of(const SeriesSamples& samples) {
  std::int64_t first_ms = INT64_MAX;
  std::int64_t last_ms = INT64_MIN;
  const auto see = [&](const auto& list) {
    if (list.empty()) return;
    first_ms = std::min(first_ms, list.front().timestamp_ms);
    last_ms = std::max(last_ms, list.back().timestamp_ms);
  };
  see(samples.floats);
  see(samples.histograms);
  return {first_ms, last_ms};
}

SelectorTime selector_time(const AtModifier& at, const DurationValue& offset) {
  SelectorTime time;
  if (at.kind != AtModifier::Kind::none) time.at_ms = at.timestamp_ms;
  time.offset_ms = offset.ms;
  return time;
}

RowsPtr instant_rows(Evaluator& evaluator, const SeriesList& list, SelectorTime time,
                     SampleAspect aspect, bool counts_only) {
  return std::make_unique<InstantRows>(evaluator, list, time, aspect, counts_only);
}

Result<RowsPtr> select_instant(Evaluator& evaluator, const Expression& selector) {
  if (std::get<VectorSelector>(selector.node).smoothed) {
    return select_smoothed(evaluator, selector);
  }
  return select_instant(evaluator, selector, SampleAspect::value);
}

Result<RowsPtr> select_instant(Evaluator& evaluator, const Expression& expression,
                               SampleAspect aspect) {
  const auto& selector = std::get<VectorSelector>(expression.node);
  const SelectorTime time = selector_time(selector.at, selector.offset);
  const Grid& grid = evaluator.grid();
  const std::int64_t first_ms = time.of(grid.start_ms);
  TRIBUTARY_TRY(
      const SeriesList* const list,
      evaluator.query().select(selector.matchers,
                               saturating_subtract(first_ms, evaluator.query().lookback_ms() - 1),
                               time.of(grid.last_ms())));
  return instant_rows(evaluator, *list, time, aspect,
                      evaluator.query().plan.counts_only.contains(&selector));
}

Result<RangeSource> select_range(Evaluator& evaluator, const Expression& expression) {
  const Expression& node = without_parens(expression);
  if (const auto* subquery = std::get_if<Subquery>(&node.node)) {
    return evaluate_subquery(evaluator, *subquery);
  }
  const auto& matrix = std::get<MatrixSelector>(node.node);
  const auto& selector = std::get<VectorSelector>(matrix.selector->node);
  RangeSource source;
  source.time = selector_time(selector.at, selector.offset);
  source.range_ms = matrix.range.ms;
  source.anchored = selector.anchored;
  source.smoothed = selector.smoothed;
  source.counts_only = evaluator.query().plan.counts_only.contains(&selector);
  const Grid& grid = evaluator.grid();
  const std::int64_t lookback_ms = evaluator.query().lookback_ms();
  std::int64_t min_ms = saturating_subtract(source.time.of(grid.start_ms), source.range_ms - 1);
  std::int64_t max_ms = source.time.of(grid.last_ms());
  if (source.anchored || source.smoothed) min_ms = saturating_subtract(min_ms, lookback_ms);
  if (source.smoothed) max_ms = saturating_add(max_ms, lookback_ms);
  TRIBUTARY_TRY(source.list, evaluator.query().select(selector.matchers, min_ms, max_ms));
  return source;
}

void keep_counts(std::vector<HistogramSample>& histograms) {
  FloatHistogramPtr before;
  for (HistogramSample& sample : histograms) {
    if (is_stale_marker(*sample.histogram)) continue;
    auto counts = std::make_shared<FloatHistogram>();
    counts->schema = sample.histogram->schema;
    counts->count = sample.histogram->count;
    counts->sum = sample.histogram->sum;
    counts->reset_hint = sample.histogram->reset_hint;
    if (counts->reset_hint == ResetHint::unknown && before != nullptr) {
      counts->reset_hint = is_reset(*sample.histogram, *before) ? ResetHint::yes : ResetHint::no;
    }
    before = std::exchange(sample.histogram, std::move(counts));
  }
}

void drop_stale(SeriesSamples& samples) {
  const auto compact = [](auto& list, std::vector<std::int64_t>& starts_ms, auto is_stale) {
    std::size_t kept = 0;
    while (kept < list.size() && !is_stale(list[kept])) ++kept;
    for (std::size_t i = kept; i < list.size(); ++i) {
      if (is_stale(list[i])) continue;
      if (!starts_ms.empty()) starts_ms[kept] = starts_ms[i];
      list[kept++] = std::move(list[i]);
    }
    list.resize(kept);
    if (!starts_ms.empty()) starts_ms.resize(kept);
  };
  compact(samples.floats, samples.float_starts_ms,
          [](const Sample& sample) { return is_stale_marker(sample.value); });
  compact(samples.histograms, samples.histogram_starts_ms,
          [](const HistogramSample& sample) { return is_stale_marker(*sample.histogram); });
}

}  // namespace tributary::promql
