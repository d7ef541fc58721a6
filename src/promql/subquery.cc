// Subqueries: an instant vector over a grid of times of its own makes the samples of a range
// vector.
#include <utility>

#include "promql/selector.h"

namespace tributary::promql {
namespace {

// The points of a subquery as a store would give them.
class SubqueryList final : public SeriesList {
 public:
  explicit SubqueryList(SubqueryPoints points) : points_(std::move(points)) {}

  std::size_t size() const override { return points_.matrix.rows().size(); }
  LabelsView labels(std::size_t series) const override {
    return points_.matrix.rows()[series].labels;
  }
  Result<void> read(std::size_t series, SeriesSamples& out) const override;

 private:
  const SubqueryPoints points_;
};

// Points may be seen twice or left out, so what they say of resets between them does not hold.
FloatHistogramPtr forget_resets(const FloatHistogramPtr& histogram) {
  if (histogram->reset_hint != ResetHint::yes && histogram->reset_hint != ResetHint::no) {
    return histogram;
  }
  auto copy = std::make_shared<FloatHistogram>(*histogram);
  copy->reset_hint = ResetHint::unknown;
  return copy;
}

Result<void> SubqueryList::read(std::size_t series, SeriesSamples& out) const {
  const RowView row = points_.matrix.rows()[series].view();
  for (std::size_t step = row.begin; step < row.end; ++step) {
    if (const FloatHistogramPtr* histogram = row.histogram(step)) {
      out.histograms.push_back({points_.grid.at(step), forget_resets(*histogram)});
    } else if (!is_absent(row.value(step))) {
      out.floats.push_back({points_.grid.at(step), row.value(step)});
    }
  }
  return {};
}

// The multiples of the subquery's step in the windows of all steps; none where `count` is 0.
Grid subquery_grid(Evaluator& evaluator, const Subquery& subquery, std::int64_t default_ms,
                   SelectorTime time) {
  Grid grid;
  grid.step_ms = subquery.step.ms > 0 ? subquery.step.ms : default_ms;
  const std::int64_t after_ms =
      saturating_subtract(time.of(evaluator.grid().start_ms), subquery.range.ms);
  const std::int64_t until_ms = time.of(evaluator.grid().last_ms());
  grid.start_ms = after_ms / grid.step_ms * grid.step_ms;
  if (grid.start_ms <= after_ms) grid.start_ms = saturating_add(grid.start_ms, grid.step_ms);
  grid.count =
      grid.start_ms > until_ms
          ? 0
          : static_cast<std::size_t>(saturating_subtract(until_ms, grid.start_ms) / grid.step_ms) +
                1;
  return grid;
}

}  // namespace

Result<SubqueryPoints> subquery_points(Evaluator& evaluator, const Subquery& subquery,
                                       Tally& tally) {
  QueryState& query = evaluator.query();
  const SelectorTime time = selector_time(subquery.at, subquery.offset);
  const Grid grid = subquery_grid(evaluator, subquery, query.subquery_step_ms(), time);
  if (grid.count == 0) return SubqueryPoints{Matrix(0), grid};
  if (grid.count > query.steps_max()) return QueryState::too_many_samples();
  Evaluator inner(query, grid, tally);
  TRIBUTARY_TRY(Matrix matrix, inner.matrix(*subquery.inner));
  return SubqueryPoints{std::move(matrix), grid};
}

Result<RangeSource> evaluate_subquery(Evaluator& evaluator, const Subquery& subquery) {
  Tally tally;  // what the subquery looks at counts once more when its points are looked at
  TRIBUTARY_TRY(SubqueryPoints points, subquery_points(evaluator, subquery, tally));
  RangeSource source;
  source.time = selector_time(subquery.at, subquery.offset);
  source.range_ms = subquery.range.ms;
  for (const MatrixRow& row : points.matrix.rows()) source.drops_name.push_back(row.drops_name);
  source.owned = std::make_shared<SubqueryList>(std::move(points));
  source.list = source.owned.get();
  return source;
}

}  // namespace tributary::promql
