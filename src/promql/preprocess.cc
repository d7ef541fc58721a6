#include "promql/preprocess.h"

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "promql/evaluator.h"
#include "promql/function.h"
#include "promql/numeric.h"

namespace tributary::promql {
namespace {

Error duration_error(const Position& position, std::string_view text) {
  return Error(Code::invalid_argument, std::to_string(position.begin) + ":" +
                                           std::to_string(position.end) + ": " + std::string(text));
}

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

Result<double> evaluate(const DurationExpression& expression, const QueryTimes& times) {
  using Kind = DurationExpression::Kind;
  double left = 0;
  double right = 0;
  if (expression.left != nullptr) {
    TRIBUTARY_TRY(left, evaluate(*expression.left, times));
  }
  if (expression.right != nullptr) {
    TRIBUTARY_TRY(right, evaluate(*expression.right, times));
  }
  const bool by_zero = right == 0;
  switch (expression.kind) {
    case Kind::literal: return expression.seconds;
    case Kind::add: return left + right;
    case Kind::subtract: return left - right;
    case Kind::multiply: return left * right;
    case Kind::divide:
      if (by_zero) return duration_error(expression.position, "division by zero");
      return left / right;
    case Kind::modulo:
      if (by_zero) return duration_error(expression.position, "modulo by zero");
      return std::fmod(left, right);
    case Kind::power: return std::pow(left, right);
    case Kind::plus: return left;
    case Kind::minus: return -left;
    case Kind::step: return seconds(times.step_ms);
    case Kind::range: return seconds(saturating_subtract(times.end_ms, times.start_ms));
    case Kind::min_of: return smaller_of(left, right);
    case Kind::max_of: return larger_of(left, right);
  }
  return Error(Code::internal, "unknown kind of duration expression");
}

Result<void> resolve(DurationValue& duration, const QueryTimes& times, bool may_be_negative) {
  if (duration.expression == nullptr) return {};
  const Position& position = duration.expression->position;
  TRIBUTARY_TRY(const double value, evaluate(*duration.expression, times));
  if (!std::isfinite(value)) return duration_error(position, "duration is NaN or infinite");
  if (value <= 0 && !may_be_negative) {
    return duration_error(position, "duration must be greater than 0");
  }
  constexpr double kSecondsMax = 9223372036.854775807;  // nanoseconds in 64 bits
  if (std::abs(value) > kSecondsMax) return duration_error(position, "duration is out of range");
  duration.ms = static_cast<std::int64_t>(value * 1000);
  return {};
}

void resolve(AtModifier& at, const QueryTimes& times) {
  if (at.kind == AtModifier::Kind::start) at.timestamp_ms = times.start_ms;
  if (at.kind == AtModifier::Kind::end) at.timestamp_ms = times.end_ms;
}

class Preprocessor {
 public:
  explicit Preprocessor(const QueryTimes& times) : times_(times) {}

  // Whether the value is the same at every step.
  Result<bool> visit(Expression& expression);
  void mark(const Expression& expression) { plan_.invariant.insert(&expression); }
  Plan take() { return std::move(plan_); }

 private:
  Result<bool> visit(NumberLiteral&) { return true; }
  Result<bool> visit(StringLiteral&) { return true; }
  Result<bool> visit(VectorSelector& selector);
  Result<bool> visit(MatrixSelector& matrix);
  Result<bool> visit(Subquery& subquery);
  Result<bool> visit(Unary& unary) { return visit(*unary.operand); }
  Result<bool> visit(Binary& binary);
  Result<bool> visit(Paren& paren) { return visit(*paren.inner); }
  Result<bool> visit(Call& call);
  Result<bool> visit(Aggregation& aggregation);
  // start(), end(), range() and step() become their values.
  void fold(Expression& expression) const;
  Result<bool> visit_parts(std::span<Expression* const> parts, bool itself_invariant);

  const QueryTimes& times_;
  Plan plan_;
  // Of the expressions around: some that look at counts and sums alone, some that need buckets.
  unsigned counting_ = 0;
  unsigned needing_buckets_ = 0;
};

// Counts one of the two while it is there, if `counts`.
class Around {
 public:
  Around(unsigned& counter, bool counts) : counter_(counter), by_(counts ? 1 : 0) {
    counter_ += by_;
  }
  Around(const Around&) = delete;
  Around& operator=(const Around&) = delete;
  ~Around() { counter_ -= by_; }

 private:
  unsigned& counter_;
  const unsigned by_;
};

bool looks_at_counts(const Function& function) {
  return function.name == "histogram_count" || function.name == "histogram_sum" ||
         function.name == "histogram_avg";
}

bool needs_buckets(const Function& function) {
  const auto* special = std::get_if<Special>(&function.implementation);
  return special != nullptr &&
         (*special == Special::histogram_quantile || *special == Special::histogram_quantiles ||
          *special == Special::histogram_fraction);
}

// A part that is worth computing once: literals and range vectors are not.
bool has_value_per_step(const Expression& expression) {
  return expression.type != ValueType::matrix && expression.type != ValueType::string &&
         !std::holds_alternative<NumberLiteral>(expression.node);
}

// Where all parts are invariant so is the whole; else those that are get marked.
Result<bool> Preprocessor::visit_parts(std::span<Expression* const> parts, bool itself_invariant) {
  std::vector<const Expression*> invariant;
  for (Expression* part : parts) {
    TRIBUTARY_TRY(const bool same, visit(*part));
    if (same) invariant.push_back(part);
  }
  if (itself_invariant && invariant.size() == parts.size()) return true;
  for (const Expression* part : invariant) {
    if (has_value_per_step(*part)) mark(*part);
  }
  return false;
}

void Preprocessor::fold(Expression& expression) const {
  const auto* call = std::get_if<Call>(&expression.node);
  const auto* special =
      call != nullptr ? std::get_if<Special>(&call->function->implementation) : nullptr;
  if (special == nullptr) return;
  double value = 0;
  switch (*special) {
    case Special::query_start: value = seconds(times_.start_ms); break;
    case Special::query_end: value = seconds(times_.end_ms); break;
    case Special::query_range:
      value = seconds(saturating_subtract(times_.end_ms, times_.start_ms));
      break;
    case Special::query_step:
      value = times_.start_ms == times_.end_ms ? 0 : seconds(times_.step_ms);
      break;
    default: return;
  }
  expression.node = NumberLiteral{.value = value};
}

Result<bool> Preprocessor::visit(Expression& expression) {
  fold(expression);
  return std::visit([this](auto& node) { return visit(node); }, expression.node);
}

Result<bool> Preprocessor::visit(VectorSelector& selector) {
  if (auto done = resolve(selector.offset, times_, true); !done) return done.error();
  resolve(selector.at, times_);
  if (counting_ > 0 && needing_buckets_ == 0) plan_.counts_only.insert(&selector);
  return selector.at.kind != AtModifier::Kind::none;
}

Result<bool> Preprocessor::visit(MatrixSelector& matrix) {
  if (auto done = resolve(matrix.range, times_, false); !done) return done.error();
  return visit(*matrix.selector);
}

Result<bool> Preprocessor::visit(Subquery& subquery) {
  if (auto done = resolve(subquery.offset, times_, true); !done) return done.error();
  if (auto done = resolve(subquery.step, times_, false); !done) return done.error();
  if (auto done = resolve(subquery.range, times_, false); !done) return done.error();
  resolve(subquery.at, times_);
  const Around around(needing_buckets_, true);  // its points may leave resets out
  TRIBUTARY_TRY(const bool same, visit(*subquery.inner));
  if (same && has_value_per_step(*subquery.inner)) mark(*subquery.inner);
  return subquery.at.kind != AtModifier::Kind::none;
}

bool is_trim(const Binary& binary) {
  return binary.op == BinaryOperator::trim_lower || binary.op == BinaryOperator::trim_upper;
}

// Operators on the left of each other in a loop, since there may be thousands of them.
Result<bool> Preprocessor::visit(Binary& binary) {
  std::vector<Binary*> operators;
  Expression* left = nullptr;
  for (Binary* at = &binary; at != nullptr; at = std::get_if<Binary>(&left->node)) {
    operators.push_back(at);
    left = at->left.get();
    if (is_trim(*at)) ++needing_buckets_;
  }
  TRIBUTARY_TRY(bool same, visit(*left));
  for (auto at = operators.rbegin(); at != operators.rend(); ++at) {
    Expression& right = *(*at)->right;
    TRIBUTARY_TRY(const bool right_same, visit(right));
    if (same && !right_same && has_value_per_step(*(*at)->left)) mark(*(*at)->left);
    if (right_same && !same && has_value_per_step(right)) mark(right);
    same = same && right_same;
    if (is_trim(**at)) --needing_buckets_;
  }
  return same;
}

Result<bool> Preprocessor::visit(Call& call) {
  const Around around_counts(counting_, looks_at_counts(*call.function));
  const Around around_buckets(needing_buckets_, needs_buckets(*call.function));
  std::vector<Expression*> parts;
  for (const ExpressionPtr& argument : call.arguments) parts.push_back(argument.get());
  // The times of samples that are always the same ones are, too.
  const auto* special = std::get_if<Special>(&call.function->implementation);
  const bool of_samples =
      special != nullptr &&
      (*special == Special::timestamp || *special == Special::start_timestamp) &&
      std::holds_alternative<VectorSelector>(without_parens(*call.arguments[0]).node);
  return visit_parts(parts, of_samples || !call.function->depends_on_time);
}

Result<bool> Preprocessor::visit(Aggregation& aggregation) {
  std::vector<Expression*> parts{aggregation.inner.get()};
  if (aggregation.parameter != nullptr) parts.push_back(aggregation.parameter.get());
  return visit_parts(parts, true);
}

}  // namespace

Result<Plan> preprocess(Expression& expression, const QueryTimes& times) {
  Preprocessor preprocessor(times);
  TRIBUTARY_TRY(const bool same, preprocessor.visit(expression));
  if (same && has_value_per_step(expression)) preprocessor.mark(expression);
  return preprocessor.take();
}

}  // namespace tributary::promql
