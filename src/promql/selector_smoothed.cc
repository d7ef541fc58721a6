// `selector smoothed`: the value at a step is interpolated between the samples around it.
#include <algorithm>
#include <utility>

#include "promql/interpolation.h"
#include "promql/selector.h"

namespace tributary::promql {
namespace {

class SmoothedRows final : public Rows {
 public:
  SmoothedRows(Evaluator& evaluator, const SeriesList& list, SelectorTime time, Position position)
      : list_(list),
        grid_(evaluator.grid()),
        time_(time),
        lookback_ms_(evaluator.query().lookback_ms()),
        position_(position) {}

  std::size_t size() const override { return list_.size(); }
  LabelsView labels(std::size_t row) const override { return list_.labels(row); }
  Result<RowView> compute(std::size_t row, Worker& worker) const override;

 private:
  void set_float(std::span<const Sample> around, std::size_t step, RowBuffer& out) const;
  void set_histogram(std::span<const HistogramSample> around, std::size_t step,
                     FunctionNotes& notes, RowBuffer& out) const;

  const SeriesList& list_;
  const Grid grid_;
  const SelectorTime time_;
  const std::int64_t lookback_ms_;
  const Position position_;
};

// The samples in (after, until].
template <class S>
std::span<const S> between(const std::vector<S>& samples, std::int64_t after_ms,
                           std::int64_t until_ms) {
  const auto begin = std::ranges::upper_bound(samples, after_ms, {}, &S::timestamp_ms);
  const auto end = std::ranges::upper_bound(samples, until_ms, {}, &S::timestamp_ms);
  return {begin, end};
}

// The first sample at or after `time_ms`.
template <class S>
std::size_t next_of(std::span<const S> samples, std::int64_t time_ms) {
  const auto at = std::ranges::lower_bound(samples, time_ms, {}, &S::timestamp_ms);
  return static_cast<std::size_t>(at - samples.begin());
}

void SmoothedRows::set_float(std::span<const Sample> around, std::size_t step,
                             RowBuffer& out) const {
  const std::int64_t time_ms = time_.of(grid_.at(step));
  const std::size_t next = next_of(around, time_ms);
  if (next < around.size() && around[next].timestamp_ms == time_ms) {
    out.set(step, around[next].value);
  } else if (next > 0) {
    out.set(step, next == around.size()
                      ? around[next - 1].value
                      : interpolate(around[next - 1], around[next], time_ms, false));
  }
}

void SmoothedRows::set_histogram(std::span<const HistogramSample> around, std::size_t step,
                                 FunctionNotes& notes, RowBuffer& out) const {
  const std::int64_t time_ms = time_.of(grid_.at(step));
  const std::size_t next = next_of(around, time_ms);
  if (next < around.size() && around[next].timestamp_ms == time_ms) {
    return out.set(step, around[next].histogram);
  }
  if (next == 0) return;
  const HistogramSample& before = around[next - 1];
  if (next == around.size()) {
    auto copy = std::make_shared<FloatHistogram>(*before.histogram);
    copy->reset_hint = ResetHint::unknown;
    return out.set(step, std::move(copy));
  }
  const HistogramSample& after = around[next];
  if (before.histogram->uses_custom_buckets() != after.histogram->uses_custom_buckets()) {
    notes.annotations.add(position_, note::mixed_exponential_custom_histograms(notes.metric_name));
    return;
  }
  const bool is_counter = before.histogram->reset_hint != ResetHint::gauge ||
                          after.histogram->reset_hint != ResetHint::gauge;
  if (auto between_them = interpolate(before, after, time_ms, is_counter, notes)) {
    out.set(step, std::make_shared<const FloatHistogram>(std::move(*between_them)));
  }
}

Result<RowView> SmoothedRows::compute(std::size_t row, Worker& worker) const {
  SeriesSamples& samples = worker.samples;
  samples.clear();
  if (auto read = list_.read(row, samples); !read) return read.error();
  drop_stale(samples);
  FunctionNotes notes{worker.annotations, position_, labels(row).get(kMetricName), {}, false};
  RowBuffer& out = worker.buffer();
  out.reset(grid_.count);
  for (std::size_t step = 0; step < grid_.count; ++step) {
    const std::int64_t time_ms = time_.of(grid_.at(step));
    const std::int64_t after_ms = saturating_subtract(time_ms, lookback_ms_);
    const std::int64_t until_ms = saturating_add(time_ms, lookback_ms_);
    const auto floats = between(samples.floats, after_ms, until_ms);
    const auto histograms = between(samples.histograms, after_ms, until_ms);
    if (!floats.empty() && !histograms.empty()) {
      worker.annotations.add(position_, note::mixed_floats_histograms(notes.metric_name));
    } else if (!floats.empty()) {
      set_float(floats, step, out);
    } else if (!histograms.empty()) {
      set_histogram(histograms, step, notes, out);
    }
  }
  worker.computed += count_samples(out.view());
  return out.view();
}

}  // namespace

Result<RowsPtr> select_smoothed(Evaluator& evaluator, const Expression& expression) {
  const auto& selector = std::get<VectorSelector>(expression.node);
  QueryState& query = evaluator.query();
  const SelectorTime time = selector_time(selector.at, selector.offset);
  const std::int64_t first_ms = time.of(evaluator.grid().start_ms);
  TRIBUTARY_TRY(
      const SeriesList* const list,
      query.select(selector.matchers, saturating_subtract(first_ms, query.lookback_ms() - 1),
                   saturating_add(time.of(evaluator.grid().last_ms()), query.lookback_ms())));
  return RowsPtr(std::make_unique<SmoothedRows>(evaluator, *list, time, expression.position));
}

}  // namespace tributary::promql
