#include "promql/range_vector.h"

#include <algorithm>
#include <utility>

#include "promql/histogram_buckets.h"
#include "promql/interpolation.h"
#include "promql/selector.h"

namespace tributary::promql {
namespace {

// A sample at each end of the window, (start, end], in place of those outside: the nearest one's
// value, or for `smoothed` the one on the line between those around.
std::vector<Sample> extend(const std::vector<Sample>& samples, std::int64_t start_ms,
                           std::int64_t end_ms, bool smoothed) {
  if (samples.empty()) return {};
  std::size_t last = samples.size() - 1;
  const auto head = std::span(samples).first(last);
  const auto after_start = static_cast<std::size_t>(
      std::ranges::upper_bound(head, start_ms, {}, &Sample::timestamp_ms) - head.begin());
  std::size_t first = after_start > 0 ? after_start - 1 : 0;
  if (smoothed) {
    last = static_cast<std::size_t>(
        std::ranges::lower_bound(head, end_ms, {}, &Sample::timestamp_ms) - head.begin());
  }
  if (samples[last].timestamp_ms <= start_ms) return {};
  double left = samples[first].value;
  if (smoothed && samples[first].timestamp_ms < start_ms) {
    left = interpolate(samples[first], samples[first + 1], start_ms, false);
  }
  double right = samples[last].value;
  if (smoothed && last > 0 && samples[last].timestamp_ms > end_ms) {
    right = interpolate(samples[last - 1], samples[last], end_ms, false);
  }
  std::vector<Sample> out{{start_ms, left}};
  for (std::size_t i = first; i <= last; ++i) {
    const std::int64_t time_ms = samples[i].timestamp_ms;
    if (time_ms > start_ms && time_ms < end_ms) out.push_back(samples[i]);
  }
  out.push_back({end_ms, right});
  return out;
}

template <class S>
void keep_between(std::vector<S>& samples, std::int64_t after_ms, std::int64_t until_ms) {
  std::erase_if(samples, [&](const S& sample) {
    return sample.timestamp_ms <= after_ms || sample.timestamp_ms > until_ms;
  });
}

Result<std::vector<SeriesValue>> subquery_series(Evaluator& evaluator, const Subquery& subquery) {
  Tally tally;
  TRIBUTARY_TRY(SubqueryPoints points, subquery_points(evaluator, subquery, tally));
  evaluator.tally().add(evaluator.steps() - 1, tally.total);
  if (evaluator.query().delays_name_removal()) {
    TRIBUTARY_TRY(points.matrix, remove_names(evaluator.query(), std::move(points.matrix)));
  }
  return series_of(points.matrix, points.grid);
}

}  // namespace

std::vector<SeriesValue> series_of(const Matrix& matrix, const Grid& grid) {
  std::vector<SeriesValue> out;
  out.reserve(matrix.rows().size());
  for (const MatrixRow& row : matrix.rows()) {
    SeriesValue& series = out.emplace_back();
    series.labels = row.labels.to_labels();
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (const FloatHistogramPtr* histogram = row.histogram(step)) {
        series.histograms.push_back({grid.at(step), *histogram});
      } else if (!is_absent(row.value(step))) {
        series.floats.push_back({grid.at(step), row.value(step)});
      }
    }
  }
  return out;
}

Result<std::vector<SeriesValue>> evaluate_range_vector(Evaluator& evaluator,
                                                       const Expression& expression) {
  const Expression& node = without_parens(expression);
  if (const auto* subquery = std::get_if<Subquery>(&node.node)) {
    return subquery_series(evaluator, *subquery);
  }
  QueryState& query = evaluator.query();
  TRIBUTARY_TRY(const RangeSource source, select_range(evaluator, node));
  const std::int64_t end_ms = source.time.of(evaluator.grid().start_ms);
  const std::int64_t start_ms = saturating_subtract(end_ms, source.range_ms);
  std::vector<SeriesValue> out;
  SeriesSamples samples;
  for (std::size_t i = 0; i < source.list->size(); ++i) {
    if (auto checked = query.check(); !checked) return checked.error();
    samples.clear();
    if (auto read = source.list->read(i, samples); !read) return read.error();
    drop_stale(samples);
    if (source.anchored || source.smoothed) {
      if (!samples.histograms.empty()) {
        return Error(Code::execution, std::string(source.anchored ? "anchored" : "smoothed") +
                                          " modifier is not supported with histograms");
      }
      samples.floats = extend(samples.floats, start_ms, end_ms, source.smoothed);
    } else {
      keep_between(samples.floats, start_ms, end_ms);
      keep_between(samples.histograms, start_ms, end_ms);
    }
    std::uint64_t weight = samples.floats.size();
    for (const HistogramSample& sample : samples.histograms) {
      weight += size_in_samples(*sample.histogram);
    }
    if (weight == 0) continue;
    evaluator.tally().add(0, weight);
    if (!query.budget().hold(weight)) return QueryState::too_many_samples();
    out.push_back({source.list->labels(i).to_labels(), std::move(samples.floats),
                   std::move(samples.histograms)});
  }
  return out;
}

}  // namespace tributary::promql
