#include "promql/engine.h"

#include <algorithm>
#include <utility>

#include "promql/evaluator.h"
#include "promql/function.h"
#include "promql/preprocess.h"
#include "promql/range_vector.h"

namespace tributary::promql {
namespace {

// Whether the query itself sorts its series, so that they stay as they come.
bool sorts(const Expression& expression) {
  const Expression& node = without_parens(expression);
  if (const auto* aggregation = std::get_if<Aggregation>(&node.node)) {
    return aggregation->op == Aggregator::topk || aggregation->op == Aggregator::bottomk;
  }
  if (const auto* unary = std::get_if<Unary>(&node.node)) return sorts(*unary->operand);
  if (const auto* binary = std::get_if<Binary>(&node.node)) {
    if (binary->left->type == ValueType::scalar) return sorts(*binary->right);
    return binary->right->type == ValueType::scalar && sorts(*binary->left);
  }
  const auto* call = std::get_if<Call>(&node.node);
  if (call == nullptr) return false;
  if (const auto* special = std::get_if<Special>(&call->function->implementation)) {
    switch (*special) {
      case Special::sort:
      case Special::sort_desc:
      case Special::sort_by_label:
      case Special::sort_by_label_desc: return true;
      case Special::label_join:
      case Special::label_replace: return sorts(*call->arguments[0]);
      default: return false;
    }
  }
  return std::holds_alternative<SampleFunction>(call->function->implementation) &&
         std::ranges::any_of(call->arguments, [](const ExpressionPtr& argument) {
           return argument->type == ValueType::vector && sorts(*argument);
         });
}

void sort_by_labels(std::vector<SeriesValue>& series) {
  std::ranges::sort(series, {}, &SeriesValue::labels);
}

Result<std::vector<SeriesValue>> vector_series(Evaluator& evaluator, const Expression& root) {
  TRIBUTARY_TRY(Matrix matrix, evaluator.matrix(root));
  if (evaluator.query().delays_name_removal()) {
    TRIBUTARY_TRY(matrix, remove_names(evaluator.query(), std::move(matrix)));
  }
  return series_of(matrix, evaluator.grid());
}

void add_statistics(QueryState& query, Tally& tally, Value& value) {
  value.annotations = std::move(query.annotations());
  value.stats.total_samples = tally.total;
  value.stats.peak_samples = query.budget().peak();
  value.stats.samples_per_step = std::move(tally.per_step);
}

}  // namespace

Result<Value> Engine::instant(const Queryable& store, std::string_view text, std::int64_t time_ms,
                              const QueryOptions& options) const {
  TRIBUTARY_TRY(const ExpressionPtr root, parse(text, options_.features));
  QueryState query(store, options_, options, clock_, parallel_);
  TRIBUTARY_TRY(query.plan, preprocess(*root, {time_ms, time_ms, 0}));
  Tally tally(options.stats_per_step ? 1 : 0);
  Evaluator evaluator(query, {time_ms, 1, 1}, tally);
  if (auto checked = query.check(); !checked) return checked.error();
  Value value{.type = root->type, .timestamp_ms = time_ms};
  switch (root->type) {
    case ValueType::string:
      value.string = std::get<StringLiteral>(without_parens(*root).node).value;
      break;
    case ValueType::scalar: {
      TRIBUTARY_TRY(const std::vector<double> scalars, evaluator.scalars(*root));
      value.scalar = scalars.front();
      break;
    }
    case ValueType::vector: {
      TRIBUTARY_TRY(value.series, vector_series(evaluator, *root));
      if (!sorts(*root)) sort_by_labels(value.series);
      break;
    }
    case ValueType::matrix: {
      TRIBUTARY_TRY(value.series, evaluate_range_vector(evaluator, *root));
      sort_by_labels(value.series);
      break;
    }
  }
  add_statistics(query, tally, value);
  return value;
}

Result<Value> Engine::range(const Queryable& store, std::string_view text, const TimeRange& range,
                            const QueryOptions& options) const {
  TRIBUTARY_TRY(const ExpressionPtr root, parse(text, options_.features));
  if (root->type != ValueType::scalar && root->type != ValueType::vector) {
    return Error(Code::invalid_argument,
                 "invalid expression type \"" + std::string(documented(root->type)) +
                     "\" for range query, must be Scalar or instant Vector");
  }
  Value value{.type = ValueType::matrix};
  if (range.end_ms < range.start_ms) return value;
  const std::int64_t step_ms = std::max<std::int64_t>(1, range.step_ms);
  const auto steps =
      (static_cast<std::uint64_t>(range.end_ms) - static_cast<std::uint64_t>(range.start_ms)) /
          static_cast<std::uint64_t>(step_ms) +
      1;
  QueryState query(store, options_, options, clock_, parallel_);
  if (steps > query.steps_max()) return QueryState::too_many_samples();
  TRIBUTARY_TRY(query.plan, preprocess(*root, {range.start_ms, range.end_ms, range.step_ms}));
  Tally tally(options.stats_per_step ? steps : 0);
  Evaluator evaluator(query, {range.start_ms, step_ms, steps}, tally);
  if (auto checked = query.check(); !checked) return checked.error();
  if (root->type == ValueType::scalar) {
    TRIBUTARY_TRY(const std::vector<double> scalars, evaluator.scalars(*root));
    SeriesValue& series = value.series.emplace_back();
    for (std::size_t step = 0; step < steps; ++step) {
      series.floats.push_back({evaluator.grid().at(step), scalars[step]});
    }
  } else {
    TRIBUTARY_TRY(value.series, vector_series(evaluator, *root));
    sort_by_labels(value.series);
  }
  add_statistics(query, tally, value);
  return value;
}

}  // namespace tributary::promql
