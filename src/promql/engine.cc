#include "promql/engine.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "promql/parser.h"

namespace tributary::promql {
namespace {

constexpr std::string_view kPhase = "query execution";

double compute(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::add: return a + b;
    case BinaryOperator::subtract: return a - b;
    case BinaryOperator::multiply: return a * b;
    case BinaryOperator::divide: return a / b;
    case BinaryOperator::modulo: return std::fmod(a, b);
    case BinaryOperator::power: return std::pow(a, b);
    case BinaryOperator::atan2: return std::atan2(a, b);
    case BinaryOperator::equal: return a == b ? 1 : 0;
    case BinaryOperator::not_equal: return a != b ? 1 : 0;
    case BinaryOperator::less: return a < b ? 1 : 0;
    case BinaryOperator::less_equal: return a <= b ? 1 : 0;
    case BinaryOperator::greater: return a > b ? 1 : 0;
    case BinaryOperator::greater_equal: return a >= b ? 1 : 0;
  }
  return 0;
}

// Scalars of today's language do not depend on time.
double evaluate_scalar(const Expression& expression) {
  if (const auto* number = std::get_if<NumberLiteral>(&expression.node)) return number->value;
  if (const auto* paren = std::get_if<Paren>(&expression.node)) {
    return evaluate_scalar(*paren->inner);
  }
  if (const auto* minus = std::get_if<UnaryMinus>(&expression.node)) {
    return -evaluate_scalar(*minus->operand);
  }
  const auto& binary = std::get<Binary>(expression.node);
  return compute(binary.op, evaluate_scalar(*binary.left), evaluate_scalar(*binary.right));
}

const Expression& without_parens(const Expression& expression) {
  const Expression* at = &expression;
  while (const auto* paren = std::get_if<Paren>(&at->node)) at = paren->inner.get();
  return *at;
}

// Saturates: times at the end of the world are asked for by some clients.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(a, b, &out)) return a < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

class Evaluation {
 public:
  Evaluation(const Queryable& store, const EngineOptions& limits, const Clock& clock,
             const QueryOptions& options)
      : store_(store),
        samples_max_(limits.samples_max),
        clock_(clock),
        stop_(options.stop),
        timeout_(std::min(limits.timeout, options.timeout.value_or(limits.timeout))),
        deadline_(clock.monotonic() + std::chrono::duration_cast<Instant::duration>(timeout_)),
        lookback_ms_(to_ms(options.lookback.value_or(limits.lookback))) {}

  // The value of a selector at each step.
  Result<std::vector<SeriesValue>> steps(const VectorSelector& selector, const TimeRange& range);
  // The samples of (time - range, time].
  Result<std::vector<SeriesValue>> window(const MatrixSelector& matrix, std::int64_t time_ms);

 private:
  // Between series, and so often enough.
  Result<void> check(std::uint64_t samples) const;

  const Queryable& store_;
  const std::uint64_t samples_max_;
  const Clock& clock_;
  const std::stop_token stop_;
  const Duration timeout_;
  const Instant deadline_;
  const std::int64_t lookback_ms_;
};

Result<void> Evaluation::check(std::uint64_t samples) const {
  if (stop_.stop_requested()) {
    return Error(Code::cancelled, "query was canceled in " + std::string(kPhase));
  }
  if (clock_.monotonic() > deadline_) {
    return Error(Code::timeout, "query timed out in " + std::string(kPhase));
  }
  if (samples_max_ > 0 && samples > samples_max_) {
    return Error(
        Code::limit_exceeded,
        "query processing would load too many samples into memory in " + std::string(kPhase));
  }
  return {};
}

Result<std::vector<SeriesValue>> Evaluation::steps(const VectorSelector& selector,
                                                   const TimeRange& range) {
  const std::int64_t first_ms = minus(range.start_ms, selector.offset_ms);
  const std::int64_t last_ms = minus(range.end_ms, selector.offset_ms);
  TRIBUTARY_TRY(const auto querier, store_.querier(minus(first_ms, lookback_ms_ - 1), last_ms));
  TRIBUTARY_TRY(const auto set, querier->select(selector.matchers));
  std::vector<SeriesValue> out;
  SeriesSamples read;
  std::vector<Sample>& raw = read.floats;
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < set->size(); ++i) {
    read.clear();
    if (auto done = set->read(i, read); !done) return done.error();
    if (auto done = check(held + raw.size()); !done) return done.error();
    SeriesValue series;
    std::size_t newer = 0;  // the first sample later than the step
    for (std::int64_t step_ms = range.start_ms;; step_ms += range.step_ms) {
      const std::int64_t at_ms = minus(step_ms, selector.offset_ms);
      while (newer < raw.size() && raw[newer].timestamp_ms <= at_ms) ++newer;
      if (newer > 0) {
        const Sample& newest = raw[newer - 1];
        if (minus(at_ms, newest.timestamp_ms) < lookback_ms_ && !is_stale_marker(newest.value)) {
          series.samples.push_back({step_ms, newest.value});
        }
      }
      if (range.step_ms <= 0 || minus(range.end_ms, step_ms) < range.step_ms) break;
    }
    if (series.samples.empty()) continue;
    series.labels = set->labels(i).to_labels();
    held += series.samples.size();
    out.push_back(std::move(series));
    if (auto done = check(held); !done) return done.error();
  }
  return out;
}

Result<std::vector<SeriesValue>> Evaluation::window(const MatrixSelector& matrix,
                                                    std::int64_t time_ms) {
  const std::int64_t last_ms = minus(time_ms, matrix.selector.offset_ms);
  TRIBUTARY_TRY(const auto querier, store_.querier(minus(last_ms, matrix.range_ms - 1), last_ms));
  TRIBUTARY_TRY(const auto set, querier->select(matrix.selector.matchers));
  std::vector<SeriesValue> out;
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < set->size(); ++i) {
    SeriesValue series;
    SeriesSamples read;
    if (auto done = set->read(i, read); !done) return done.error();
    series.samples = std::move(read.floats);
    std::erase_if(series.samples,
                  [](const Sample& sample) { return is_stale_marker(sample.value); });
    if (series.samples.empty()) continue;
    series.labels = set->labels(i).to_labels();
    held += series.samples.size();
    out.push_back(std::move(series));
    if (auto done = check(held); !done) return done.error();
  }
  return out;
}

}  // namespace

Result<Value> Engine::instant(const Queryable& store, std::string_view query, std::int64_t time_ms,
                              const QueryOptions& options) const {
  TRIBUTARY_TRY(const auto expression, parse(query));
  const Expression& root = without_parens(*expression);
  Evaluation evaluation(store, options_, clock_, options);
  Value value{.type = root.type, .timestamp_ms = time_ms};
  if (const auto* selector = std::get_if<VectorSelector>(&root.node)) {
    TRIBUTARY_TRY(value.series, evaluation.steps(*selector, {time_ms, time_ms, 0}));
  } else if (const auto* matrix = std::get_if<MatrixSelector>(&root.node)) {
    TRIBUTARY_TRY(value.series, evaluation.window(*matrix, time_ms));
  } else if (const auto* literal = std::get_if<StringLiteral>(&root.node)) {
    value.string = literal->value;
  } else {
    value.scalar = evaluate_scalar(root);
  }
  return value;
}

Result<Value> Engine::range(const Queryable& store, std::string_view query, const TimeRange& range,
                            const QueryOptions& options) const {
  TRIBUTARY_TRY(const auto expression, parse(query));
  const Expression& root = without_parens(*expression);
  Value value{.type = ValueType::matrix};
  if (const auto* selector = std::get_if<VectorSelector>(&root.node)) {
    Evaluation evaluation(store, options_, clock_, options);
    TRIBUTARY_TRY(value.series, evaluation.steps(*selector, range));
    return value;
  }
  if (root.type != ValueType::scalar) {
    return Error(Code::invalid_argument,
                 "invalid expression type \"" + std::string(documented(root.type)) +
                     "\" for range query, must be Scalar or instant Vector");
  }
  SeriesValue series;
  const double scalar = evaluate_scalar(root);
  for (std::int64_t step_ms = range.start_ms;; step_ms += range.step_ms) {
    series.samples.push_back({step_ms, scalar});
    if (range.step_ms <= 0 || minus(range.end_ms, step_ms) < range.step_ms) break;
  }
  value.series.push_back(std::move(series));
  return value;
}

}  // namespace tributary::promql
