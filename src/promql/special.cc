#include "promql/special.h"

#include <limits>
#include <utility>

#include "promql/function.h"
#include "promql/matrix_builder.h"
#include "promql/selector.h"
#include "promql/window.h"

namespace tributary::promql {
namespace {

// The values of the inner rows under labels without the name.
class UnnamedRows final : public MappedRows {
 public:
  using MappedRows::MappedRows;

 protected:
  void map(std::size_t, RowView in, RowBuffer& out, Worker&) const override {
    for (std::size_t step = in.begin; step < in.end; ++step) {
      if (!is_absent(in.value(step))) out.set(step, in.value(step));
    }
  }
};

// The evaluation time wherever the inner rows have a value.
class TimeRows final : public MappedRows {
 public:
  using MappedRows::MappedRows;

 protected:
  void map(std::size_t, RowView in, RowBuffer& out, Worker&) const override {
    for (std::size_t step = in.begin; step < in.end; ++step) {
      if (in.has(step)) out.set(step, static_cast<double>(grid().at(step)) / 1000);
    }
  }
};

// The labels that a selector asks for by name and value: those of the series that is absent.
LabelsView absent_labels(QueryState& query, const Expression& argument) {
  const Expression* node = &without_parens(argument);
  if (const auto* matrix = std::get_if<MatrixSelector>(&node->node)) node = matrix->selector.get();
  const auto* selector = std::get_if<VectorSelector>(&node->node);
  if (selector == nullptr) return {};
  LabelEditor editor;
  std::vector<std::string_view> seen;
  for (const Matcher& matcher : selector->matchers) {
    if (matcher.name() == kMetricName) continue;
    const bool again = std::ranges::find(seen, matcher.name()) != seen.end();
    if (matcher.type() == MatchType::equal && !again) {
      editor.set(matcher.name(), matcher.value());
      seen.push_back(matcher.name());
    } else {
      editor.erase(matcher.name());
    }
  }
  return query.arena().store(editor.packed());
}

// 1 at the steps at which no row has a value.
Matrix absences(Evaluator& evaluator, const Matrix& matrix, const Expression& argument) {
  Matrix out(evaluator.steps());
  MatrixRow& absent = out.add(absent_labels(evaluator.query(), argument), false);
  std::fill_n(absent.values, evaluator.steps(), 1);
  for (const MatrixRow& row : matrix.rows()) {
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (row.has(step)) absent.erase(step);
    }
  }
  out.drop_empty_rows();
  return out;
}

std::optional<Point> presence(const RangeWindow&, std::span<const double>, FunctionNotes&) {
  return Point{1, nullptr};
}

Result<RowsPtr> absent(Evaluator& evaluator, const Expression& expression) {
  const Call& call = std::get<Call>(expression.node);
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(*call.arguments[0]));
  return rows_of(absences(evaluator, matrix, *call.arguments[0]));
}

// Series that only differ in their names are no error here.
Result<RowsPtr> absent_over_time(Evaluator& evaluator, const Expression& expression) {
  const Call& call = std::get<Call>(expression.node);
  TRIBUTARY_TRY(const RowsPtr rows, range_function_rows(evaluator, expression, presence));
  TRIBUTARY_TRY(const Matrix matrix,
                evaluator.query().compute(*rows, evaluator.steps(), evaluator.tally()));
  return rows_of(absences(evaluator, matrix, *call.arguments[0]));
}

Result<RowsPtr> timestamp(Evaluator& evaluator, const Expression& expression) {
  const Expression& argument = without_parens(*std::get<Call>(expression.node).arguments[0]);
  RowsPtr rows;
  if (std::holds_alternative<VectorSelector>(argument.node)) {
    TRIBUTARY_TRY(RowsPtr times, select_instant(evaluator, argument, SampleAspect::time));
    rows = std::make_unique<UnnamedRows>(evaluator, std::move(times), false);
  } else {
    TRIBUTARY_TRY(RowsPtr inner, evaluator.rows(argument));
    rows = std::make_unique<TimeRows>(evaluator, std::move(inner), false);
  }
  return settle_labels(evaluator, std::move(rows), SameLabels::merge);
}

// Only samples out of the store have one, and only where start timestamps are used.
Result<RowsPtr> start_timestamp(Evaluator& evaluator, const Expression& expression) {
  const Expression& argument = without_parens(*std::get<Call>(expression.node).arguments[0]);
  if (!evaluator.query().features().start_timestamps ||
      !std::holds_alternative<VectorSelector>(argument.node)) {
    return rows_of(Matrix(evaluator.steps()));
  }
  TRIBUTARY_TRY(RowsPtr times, select_instant(evaluator, argument, SampleAspect::start_time));
  return settle_labels(evaluator, std::make_unique<UnnamedRows>(evaluator, std::move(times), false),
                       SameLabels::merge);
}

Result<RowsPtr> vector_of_scalar(Evaluator& evaluator, const Expression& scalar) {
  TRIBUTARY_TRY(const std::vector<double> values, evaluator.scalars(scalar));
  Matrix out(evaluator.steps());
  std::copy(values.begin(), values.end(), out.add({}, false).values);
  return rows_of(std::move(out));
}

}  // namespace

Result<RowsPtr> call_special(Evaluator& evaluator, const Expression& expression) {
  const Call& call = std::get<Call>(expression.node);
  switch (std::get<Special>(call.function->implementation)) {
    case Special::absent: return absent(evaluator, expression);
    case Special::absent_over_time: return absent_over_time(evaluator, expression);
    case Special::histogram_fraction: return fraction_of_histograms(evaluator, call);
    case Special::histogram_quantile: return quantile_of_histograms(evaluator, call);
    case Special::histogram_quantiles: return quantiles_of_histograms(evaluator, call);
    case Special::info: return join_info(evaluator, call);
    case Special::label_join: return label_join(evaluator, call);
    case Special::label_replace: return label_replace(evaluator, call);
    case Special::sort: return sort_by_value(evaluator, expression, false);
    case Special::sort_desc: return sort_by_value(evaluator, expression, true);
    case Special::sort_by_label: return sort_by_label(evaluator, expression, false);
    case Special::sort_by_label_desc: return sort_by_label(evaluator, expression, true);
    case Special::start_timestamp: return start_timestamp(evaluator, expression);
    case Special::timestamp: return timestamp(evaluator, expression);
    case Special::vector: return vector_of_scalar(evaluator, *call.arguments[0]);
    case Special::pi:
    case Special::query_start:
    case Special::query_end:
    case Special::query_range:
    case Special::query_step:
    case Special::max_of:
    case Special::min_of:
    case Special::scalar:
    case Special::time: break;
  }
  return Error(Code::internal, "a function of scalars was asked for series");
}

Result<std::vector<double>> scalar_of_vector(Evaluator& evaluator, const Expression& vector) {
  TRIBUTARY_TRY(const Matrix matrix, evaluator.matrix(vector));
  std::vector<double> out(evaluator.steps(), kAbsent);
  std::vector<bool> several(evaluator.steps());
  for (const MatrixRow& row : matrix.rows()) {
    for (std::size_t step = row.begin; step < row.end; ++step) {
      if (is_absent(row.value(step))) continue;
      several[step] = several[step] || !is_absent(out[step]);
      out[step] = row.value(step);
    }
  }
  for (std::size_t step = 0; step < out.size(); ++step) {
    if (several[step] || is_absent(out[step])) out[step] = std::numeric_limits<double>::quiet_NaN();
  }
  return out;
}

}  // namespace tributary::promql
