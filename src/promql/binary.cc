#include "promql/binary.h"

#include <cmath>
#include <memory>
#include <utility>

#include "promql/histogram_math.h"

namespace tributary::promql {
namespace {

double arithmetic(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::add: return a + b;
    case BinaryOperator::subtract: return a - b;
    case BinaryOperator::multiply: return a * b;
    case BinaryOperator::divide: return a / b;
    case BinaryOperator::modulo: return std::fmod(a, b);
    case BinaryOperator::power: return std::pow(a, b);
    case BinaryOperator::atan2: return std::atan2(a, b);
    default: return 0;
  }
}

BinaryOutcome of_histogram(FloatHistogram histogram) {
  BinaryOutcome out;
  compact(histogram);
  out.point.histogram = std::make_shared<const FloatHistogram>(std::move(histogram));
  return out;
}

BinaryOutcome incompatible(std::string_view left, BinaryOperator op, std::string_view right) {
  BinaryOutcome out;
  out.failed = true;
  out.note = note::incompatible_types(left, to_string(op), right);
  return out;
}

BinaryOutcome histogram_by_scalar(BinaryOperator op, const FloatHistogramPtr& left, double right) {
  FloatHistogram copy = *left;
  switch (op) {
    case BinaryOperator::multiply: multiply(copy, right); return of_histogram(std::move(copy));
    case BinaryOperator::divide: divide(copy, right); return of_histogram(std::move(copy));
    case BinaryOperator::trim_upper: keep_below(copy, right); break;
    case BinaryOperator::trim_lower: keep_above(copy, right); break;
    default: return incompatible("histogram", op, "float");
  }
  BinaryOutcome out;
  out.point.histogram = std::make_shared<const FloatHistogram>(std::move(copy));
  return out;
}

BinaryOutcome combine(BinaryOperator op, const FloatHistogramPtr& left,
                      const FloatHistogramPtr& right) {
  const bool adds = op == BinaryOperator::add;
  FloatHistogram copy = *left;
  const std::optional<Reconciled> done = adds ? add(copy, *right) : subtract(copy, *right);
  if (!done) {
    BinaryOutcome out;
    out.failed = true;
    out.note = note::incompatible_bucket_layout(to_string(op));
    return out;
  }
  if (!adds) copy.reset_hint = ResetHint::gauge;
  BinaryOutcome out = of_histogram(std::move(copy));
  const auto operation =
      adds ? note::HistogramOperation::addition : note::HistogramOperation::subtraction;
  if (done->custom_bounds) out.note = note::mismatched_custom_buckets(operation);
  if (done->reset_collision) {
    out.note = note::counter_reset_collision(operation);
    out.failed = true;
  }
  return out;
}

BinaryOutcome compute_histograms(BinaryOperator op, const FloatHistogramPtr& left,
                                 const FloatHistogramPtr& right) {
  switch (op) {
    case BinaryOperator::add:
    case BinaryOperator::subtract: return combine(op, left, right);
    case BinaryOperator::equal:
    case BinaryOperator::not_equal: {
      BinaryOutcome out;
      out.point.histogram = left;
      out.keep = same_data(*left, *right) == (op == BinaryOperator::equal);
      return out;
    }
    default: return incompatible("histogram", op, "histogram");
  }
}

double compute_scalar(BinaryOperator op, double left, double right) {
  if (is_comparison(op)) return compare(op, left, right) ? 1 : 0;
  return arithmetic(op, left, right);
}

// Each sample of a vector with the scalar of its step.
class ScalarRows final : public MappedRows {
 public:
  ScalarRows(Evaluator& evaluator, const Expression& expression, RowsPtr inner,
             std::vector<double> scalars, bool scalar_is_left)
      : MappedRows(evaluator, std::move(inner), keeps_name(std::get<Binary>(expression.node))),
        binary_(std::get<Binary>(expression.node)),
        position_(expression.position),
        scalars_(std::move(scalars)),
        scalar_is_left_(scalar_is_left) {}

 protected:
  void map(std::size_t row, RowView in, RowBuffer& out, Worker& worker) const override;

 private:
  static bool keeps_name(const Binary& binary) {
    return !changes_metric(binary.op) && !binary.return_bool;
  }
  template <class F>
  void map_floats(RowView in, RowBuffer& out, F f) const;
  void map_floats(RowView in, RowBuffer& out) const;
  void map_step(RowView in, std::size_t step, RowBuffer& out, Worker& worker) const;

  const Binary& binary_;
  const Position position_;
  const std::vector<double> scalars_;
  const bool scalar_is_left_;
};

// f(left, right, the vector's value), kAbsent where a filter leaves it out.
template <class F>
void ScalarRows::map_floats(RowView in, RowBuffer& out, F f) const {
  double* const values = out.values();
  bool any = false;
  for (std::size_t step = in.begin; step < in.end; ++step) {
    const double value = in.values[step - in.begin];
    if (is_absent(value)) continue;
    values[step] =
        scalar_is_left_ ? f(scalars_[step], value, value) : f(value, scalars_[step], value);
    any = any || !is_absent(values[step]);
  }
  if (any) out.mark_used();
}

void ScalarRows::map_floats(RowView in, RowBuffer& out) const {
  const BinaryOperator op = binary_.op;
  switch (op) {
    case BinaryOperator::add:
      return map_floats(in, out, [](double a, double b, double) { return a + b; });
    case BinaryOperator::subtract:
      return map_floats(in, out, [](double a, double b, double) { return a - b; });
    case BinaryOperator::multiply:
      return map_floats(in, out, [](double a, double b, double) { return a * b; });
    case BinaryOperator::divide:
      return map_floats(in, out, [](double a, double b, double) { return a / b; });
    default: break;
  }
  if (!is_comparison(op)) {
    return map_floats(in, out, [op](double a, double b, double) { return arithmetic(op, a, b); });
  }
  if (binary_.return_bool) {
    return map_floats(in, out,
                      [op](double a, double b, double) { return compare(op, a, b) ? 1.0 : 0.0; });
  }
  map_floats(in, out, [op](double a, double b, double value) {
    return compare(op, a, b) ? value : kAbsent;
  });
}

void ScalarRows::map_step(RowView in, std::size_t step, RowBuffer& out, Worker& worker) const {
  Point vector{in.value(step), nullptr};
  if (const FloatHistogramPtr* histogram = in.histogram(step)) vector.histogram = *histogram;
  const Point scalar{scalars_[step], nullptr};
  BinaryOutcome outcome = scalar_is_left_ ? compute_element(binary_.op, scalar, vector)
                                          : compute_element(binary_.op, vector, scalar);
  if (outcome.note) worker.annotations.add(position_, std::move(*outcome.note));
  if (outcome.failed) return;
  if (binary_.return_bool) return out.set(step, outcome.keep ? 1.0 : 0.0);
  if (!outcome.keep) return;
  const Point& result = is_comparison(binary_.op) ? vector : outcome.point;
  if (result.histogram != nullptr) {
    out.set(step, result.histogram);
  } else {
    out.set(step, result.value);
  }
}

void ScalarRows::map(std::size_t, RowView in, RowBuffer& out, Worker& worker) const {
  const bool trims =
      binary_.op == BinaryOperator::trim_lower || binary_.op == BinaryOperator::trim_upper;
  if (in.histograms == nullptr && !trims) return map_floats(in, out);
  for (std::size_t step = in.begin; step < in.end; ++step) {
    if (in.has(step)) map_step(in, step, out, worker);
  }
}

Result<Operand> evaluate_operand(Evaluator& evaluator, const Expression& expression) {
  if (expression.type == ValueType::scalar) {
    TRIBUTARY_TRY(std::vector<double> scalars, evaluator.scalars(expression));
    return Operand(std::move(scalars));
  }
  TRIBUTARY_TRY(RowsPtr rows, evaluator.rows(expression));
  return Operand(std::move(rows));
}

Result<Operand> apply_to_vectors(Evaluator& evaluator, const Expression& expression, RowsPtr rows) {
  const auto& binary = std::get<Binary>(expression.node);
  TRIBUTARY_TRY(Matrix left, evaluator.matrix(std::move(rows)));
  TRIBUTARY_TRY(Matrix right, evaluator.matrix(*binary.right));
  if (is_set_operator(binary.op)) {
    TRIBUTARY_TRY(RowsPtr combined, combine_sets(expression, std::move(left), std::move(right)));
    return Operand(std::move(combined));
  }
  TRIBUTARY_TRY(RowsPtr matched,
                match_vectors(evaluator, expression, std::move(left), std::move(right)));
  return Operand(std::move(matched));
}

// The operator with its left side evaluated.
Result<Operand> apply(Evaluator& evaluator, const Expression& expression, Operand left) {
  const auto& binary = std::get<Binary>(expression.node);
  const bool left_is_scalar = binary.left->type == ValueType::scalar;
  const bool right_is_scalar = binary.right->type == ValueType::scalar;
  if (!left_is_scalar && !right_is_scalar) {
    return apply_to_vectors(evaluator, expression, std::get<RowsPtr>(std::move(left)));
  }
  TRIBUTARY_TRY(Operand right, evaluate_operand(evaluator, *binary.right));
  std::vector<double> scalars =
      std::get<std::vector<double>>(std::move(left_is_scalar ? left : right));
  if (left_is_scalar && right_is_scalar) {
    const auto& others = std::get<std::vector<double>>(right);
    for (std::size_t i = 0; i < scalars.size(); ++i) {
      scalars[i] = compute_scalar(binary.op, scalars[i], others[i]);
    }
    return Operand(std::move(scalars));
  }
  RowsPtr rows = std::get<RowsPtr>(std::move(left_is_scalar ? right : left));
  TRIBUTARY_TRY(RowsPtr out,
                settle_labels(evaluator,
                              std::make_unique<ScalarRows>(evaluator, expression, std::move(rows),
                                                           std::move(scalars), left_is_scalar),
                              SameLabels::merge));
  return Operand(std::move(out));
}

}  // namespace

bool compare(BinaryOperator op, double left, double right) {
  switch (op) {
    case BinaryOperator::equal: return left == right;
    case BinaryOperator::not_equal: return left != right;
    case BinaryOperator::less: return left < right;
    case BinaryOperator::less_equal: return left <= right;
    case BinaryOperator::greater: return left > right;
    case BinaryOperator::greater_equal: return left >= right;
    default: return false;
  }
}

BinaryOutcome compute_element(BinaryOperator op, const Point& left, const Point& right) {
  if (left.histogram != nullptr && right.histogram != nullptr) {
    return compute_histograms(op, left.histogram, right.histogram);
  }
  if (left.histogram != nullptr) return histogram_by_scalar(op, left.histogram, right.value);
  if (right.histogram != nullptr) {
    if (op != BinaryOperator::multiply) return incompatible("float", op, "histogram");
    return histogram_by_scalar(op, right.histogram, left.value);
  }
  if (op == BinaryOperator::trim_lower || op == BinaryOperator::trim_upper) {
    return incompatible("float", op, "float");
  }
  BinaryOutcome out;
  if (is_comparison(op)) {
    out.point.value = left.value;
    out.keep = compare(op, left.value, right.value);
  } else {
    out.point.value = arithmetic(op, left.value, right.value);
  }
  return out;
}

void negate(RowView in, RowBuffer& out) {
  for (std::size_t step = in.begin; step < in.end; ++step) {
    if (const FloatHistogramPtr* histogram = in.histogram(step)) {
      auto copy = std::make_shared<FloatHistogram>(**histogram);
      multiply(*copy, -1);
      out.set(step, std::move(copy));
    } else if (!is_absent(in.value(step))) {
      out.set(step, -in.value(step));
    }
  }
}

Result<Operand> evaluate_binary(Evaluator& evaluator, const Expression& expression) {
  // Operators on the left of each other, the outermost first: there may be thousands of them, so
  // they are taken in a loop.
  std::vector<const Expression*> operators{&expression};
  const Expression* left = std::get<Binary>(expression.node).left.get();
  while (std::holds_alternative<Binary>(left->node) && !evaluator.is_computed_once(*left)) {
    operators.push_back(left);
    left = std::get<Binary>(left->node).left.get();
  }
  TRIBUTARY_TRY(Operand value, evaluate_operand(evaluator, *left));
  for (auto at = operators.rbegin(); at != operators.rend(); ++at) {
    if (auto checked = evaluator.query().check(); !checked) return checked.error();
    TRIBUTARY_TRY(value, apply(evaluator, **at, std::move(value)));
  }
  return value;
}

MatchGroups match_groups(const VectorMatching& matching, const Matrix& left, const Matrix& right) {
  const LabelSelection selection = matching.on ? LabelSelection::only(matching.labels)
                                               : LabelSelection::without(matching.labels);
  MatchGroups out;
  std::string bytes;
  const auto number = [&](const Matrix& matrix, std::vector<std::uint32_t>& groups) {
    groups.reserve(matrix.rows().size());
    for (const MatrixRow& row : matrix.rows()) {
      groups.push_back(out.labels.add(selection.select(row.labels, false, bytes).packed()));
    }
  };
  number(left, out.left);
  number(right, out.right);
  return out;
}

std::vector<bool> steps_with_values(const Matrix& matrix) {
  std::vector<bool> out(matrix.steps());
  for (std::size_t step = 0; step < out.size(); ++step) {
    for (const MatrixRow& row : matrix.rows()) {
      if (row.has(step)) {
        out[step] = true;
        break;
      }
    }
  }
  return out;
}

}  // namespace tributary::promql
