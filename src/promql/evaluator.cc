#include "promql/evaluator.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "promql/aggregation.h"
#include "promql/binary.h"
#include "promql/function.h"
#include "promql/numeric.h"
#include "promql/sample_call.h"
#include "promql/selector.h"
#include "promql/special.h"
#include "promql/window.h"

namespace tributary::promql {
namespace {

class MatrixRows final : public Rows {
 public:
  explicit MatrixRows(Matrix matrix) : matrix_(std::move(matrix)) {}

  std::size_t size() const override { return matrix_.rows().size(); }
  LabelsView labels(std::size_t row) const override { return matrix_.rows()[row].labels; }
  bool drops_name(std::size_t row) const override { return matrix_.rows()[row].drops_name; }
  Result<RowView> compute(std::size_t row, Worker&) const override {
    return matrix_.rows()[row].view();
  }
  Matrix take() { return std::move(matrix_); }

 private:
  Matrix matrix_;
};

class NegatedRows final : public MappedRows {
 public:
  using MappedRows::MappedRows;

 protected:
  void map(std::size_t, RowView in, RowBuffer& out, Worker&) const override { negate(in, out); }
};

// Whether no two rows are the same once their metadata labels are gone: surely, where all have the
// same metadata labels.
bool distinct_without_metadata(const Rows& rows) {
  const auto metadata = [](LabelsView labels) {
    std::string_view found[3];
    std::size_t count = 0;
    for (const LabelView& label : labels) {
      if (label.name > "__unit__") break;
      if (is_metadata_label(label.name)) found[count++] = label.value;
    }
    return std::tuple(count, found[0], found[1], found[2]);
  };
  if (rows.size() < 2) return true;
  const auto first = metadata(rows.labels(0));
  bool all_same = true;
  for (std::size_t i = 1; i < rows.size() && all_same; ++i) {
    all_same = metadata(rows.labels(i)) == first;
  }
  if (all_same) return true;
  LabelTable table;
  const LabelSelection all = LabelSelection::without({});
  std::string bytes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.add(all.select(rows.labels(i), true, bytes).packed());
  }
  return table.size() == rows.size();
}

Result<void> refuse_same_labels(const Matrix& matrix) {
  LabelTable table;
  for (const MatrixRow& row : matrix.rows()) {
    const std::size_t before = table.size();
    table.add(row.labels.packed());
    if (table.size() == before) return same_labels_error();
  }
  return {};
}

// The rows of a single step, at each step.
Result<Matrix> repeat(QueryState& query, const Matrix& once, std::size_t steps) {
  Matrix out(steps);
  const std::uint64_t samples = once.sample_count() * (steps - 1);
  if (!query.budget().hold(samples)) {
    query.budget().release(samples);
    return QueryState::too_many_samples();
  }
  out.keep(Hold(query.budget(), samples));
  for (const MatrixRow& row : once.rows()) {
    MatrixRow& added = out.add(row.labels, row.drops_name);
    std::fill_n(added.values, steps, row.value(0));
    const FloatHistogramPtr* const histogram = row.histogram(0);
    for (std::size_t step = 0; histogram != nullptr && step < steps; ++step) {
      out.set(added, step, *histogram);
    }
  }
  return out;
}

}  // namespace

const Expression& without_parens(const Expression& expression) {
  const Expression* at = &expression;
  while (const auto* paren = std::get_if<Paren>(&at->node)) at = paren->inner.get();
  return *at;
}

RowsPtr rows_of(Matrix matrix) { return std::make_unique<MatrixRows>(std::move(matrix)); }

MappedRows::MappedRows(Evaluator& evaluator, RowsPtr inner, bool keeps_name)
    : inner_(std::move(inner)),
      grid_(evaluator.grid()),
      strips_(inner_->strips_metadata() ||
              (!keeps_name && !evaluator.query().delays_name_removal())),
      drops_(!keeps_name && evaluator.query().delays_name_removal()) {}

Result<RowView> MappedRows::compute(std::size_t row, Worker& worker) const {
  TRIBUTARY_TRY(const RowView in, inner_->compute(row, worker));
  if (in.empty()) return in;
  RowBuffer& out = worker.buffer(in);
  out.reset(grid_.count);
  map(row, in, out, worker);
  return out.view();
}

Result<RowsPtr> settle_labels(Evaluator& evaluator, RowsPtr rows, SameLabels same) {
  if (!rows->may_collide() || distinct_without_metadata(*rows)) return rows;
  TRIBUTARY_TRY(Matrix matrix,
                evaluator.query().compute(*rows, evaluator.steps(), evaluator.tally()));
  if (same == SameLabels::refuse) {
    if (auto done = refuse_same_labels(matrix); !done) return done.error();
    return rows_of(std::move(matrix));
  }
  TRIBUTARY_TRY(Matrix merged, merge_same_labels(std::move(matrix)));
  return rows_of(std::move(merged));
}

Result<RowsPtr> Evaluator::rows(const Expression& expression) {
  if (auto checked = query_.check(); !checked) return checked.error();
  if (is_computed_once(expression)) return rows_once(expression);
  return rows_of_node(expression);
}

Result<RowsPtr> Evaluator::rows_once(const Expression& expression) {
  Tally tally;
  Evaluator once(query_, {grid_.start_ms, 1, 1}, tally);
  TRIBUTARY_TRY(const Matrix value, once.matrix(expression));
  for (std::size_t step = 0; step < grid_.count; ++step) tally_.add(step, tally.total);
  TRIBUTARY_TRY(Matrix repeated, repeat(query_, value, grid_.count));
  return rows_of(std::move(repeated));
}

Result<Matrix> Evaluator::matrix(const Expression& expression) {
  TRIBUTARY_TRY(RowsPtr found, rows(expression));
  return matrix(std::move(found));
}

Result<Matrix> Evaluator::matrix(RowsPtr rows) {
  if (auto* computed = dynamic_cast<MatrixRows*>(rows.get())) return computed->take();
  return query_.compute(*rows, grid_.count, tally_);
}

Result<RowsPtr> Evaluator::rows_of_node(const Expression& expression) {
  if (const auto* paren = std::get_if<Paren>(&expression.node)) return rows(*paren->inner);
  if (const auto* unary = std::get_if<Unary>(&expression.node)) {
    TRIBUTARY_TRY(RowsPtr inner, rows(*unary->operand));
    if (!unary->minus) return inner;
    return settle_labels(*this, std::make_unique<NegatedRows>(*this, std::move(inner), false),
                         SameLabels::merge);
  }
  if (std::holds_alternative<VectorSelector>(expression.node)) {
    return select_instant(*this, expression);
  }
  if (std::holds_alternative<Binary>(expression.node)) {
    TRIBUTARY_TRY(Operand value, evaluate_binary(*this, expression));
    return std::get<RowsPtr>(std::move(value));
  }
  if (std::holds_alternative<Aggregation>(expression.node)) return aggregate(*this, expression);
  if (std::holds_alternative<Call>(expression.node)) return call(expression);
  return Error(Code::internal, "an expression without series was asked for them");
}

Result<RowsPtr> Evaluator::call(const Expression& expression) {
  const Function& function = *std::get<Call>(expression.node).function;
  if (std::holds_alternative<Special>(function.implementation)) {
    return call_special(*this, expression);
  }
  if (std::holds_alternative<RangeFunction>(function.implementation)) {
    return call_range_function(*this, expression);
  }
  return call_sample_function(*this, expression);
}

Result<std::vector<double>> Evaluator::scalars(const Expression& expression) {
  if (auto checked = query_.check(); !checked) return checked.error();
  if (!is_computed_once(expression)) return scalars_of_node(expression);
  Tally tally;
  Evaluator once(query_, {grid_.start_ms, 1, 1}, tally);
  TRIBUTARY_TRY(const std::vector<double> value, once.scalars(expression));
  for (std::size_t step = 0; step < grid_.count; ++step) tally_.add(step, tally.total);
  return std::vector<double>(grid_.count, value.front());
}

Result<std::vector<double>> Evaluator::scalars_of_node(const Expression& expression) {
  if (const auto* number = std::get_if<NumberLiteral>(&expression.node)) {
    return std::vector<double>(grid_.count, number->value);
  }
  if (const auto* paren = std::get_if<Paren>(&expression.node)) return scalars(*paren->inner);
  if (const auto* unary = std::get_if<Unary>(&expression.node)) {
    TRIBUTARY_TRY(std::vector<double> values, scalars(*unary->operand));
    if (unary->minus) {
      for (double& value : values) value = -value;
    }
    return values;
  }
  if (std::holds_alternative<Binary>(expression.node)) {
    TRIBUTARY_TRY(Operand value, evaluate_binary(*this, expression));
    return std::get<std::vector<double>>(std::move(value));
  }
  if (std::holds_alternative<Call>(expression.node)) return scalar_call(expression);
  return Error(Code::internal, "an expression that is no scalar was asked for one");
}

Result<std::vector<double>> Evaluator::scalar_call(const Expression& expression) {
  const Call& called = std::get<Call>(expression.node);
  const Special special = std::get<Special>(called.function->implementation);
  if (special == Special::scalar) return scalar_of_vector(*this, *called.arguments[0]);
  std::vector<double> out(grid_.count);
  if (special == Special::max_of || special == Special::min_of) {
    TRIBUTARY_TRY(const std::vector<double> a, scalars(*called.arguments[0]));
    TRIBUTARY_TRY(const std::vector<double> b, scalars(*called.arguments[1]));
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = special == Special::max_of ? larger_of(a[i], b[i]) : smaller_of(a[i], b[i]);
    }
    return out;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = special == Special::pi ? std::numbers::pi : static_cast<double>(grid_.at(i)) / 1000;
  }
  return out;
}

}  // namespace tributary::promql
