#include "promql/testing/reference_evaluator.h"

#include <re2/re2.h>

#include <algorithm>
#include <limits>
#include <numbers>
#include <set>
#include <utility>

#include "promql/function.h"
#include "promql/testing/number_text.h"
#include "promql/testing/reference_aggregation.h"
#include "promql/testing/reference_functions.h"
#include "promql/testing/reference_operators.h"

namespace tributary::promql::testing {
namespace {

constexpr std::int64_t kLookbackMs = 300'000;
constexpr std::int64_t kSubqueryStepMs = 60'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Error unsupported(std::string_view what) { return Error(Code::unsupported, std::string(what)); }

class Step {
 public:
  Step(const MemoryStore& store, const TimeRange& query, std::int64_t time_ms)
      : store_(store), query_(query), time_ms_(time_ms) {}

  Result<ReferenceValue> value(const Expression& expression) const {
    return std::visit([&](const auto& node) { return evaluate(node); }, expression.node);
  }

 private:
  static Result<ReferenceValue> as_value(Result<ReferenceVector> vector) {
    TRIBUTARY_TRY(ReferenceVector value, std::move(vector));
    return ReferenceValue(std::move(value));
  }

  Step at(std::int64_t time_ms) const { return {store_, query_, time_ms}; }

  Result<double> scalar(const Expression& expression) const {
    TRIBUTARY_TRY(const ReferenceValue result, value(expression));
    return std::get<double>(result);
  }
  Result<std::string> string(const Expression& expression) const {
    TRIBUTARY_TRY(const ReferenceValue result, value(expression));
    return std::get<std::string>(result);
  }
  Result<ReferenceVector> vector(const Expression& expression) const {
    TRIBUTARY_TRY(const ReferenceValue result, value(expression));
    return std::get<ReferenceVector>(result);
  }

  // --- Literals and selectors.

  static Result<ReferenceValue> evaluate(const NumberLiteral& node) {
    return ReferenceValue(node.value);
  }
  static Result<ReferenceValue> evaluate(const StringLiteral& node) {
    return ReferenceValue(node.value);
  }
  Result<ReferenceValue> evaluate(const Paren& node) const { return value(*node.inner); }

  std::int64_t reference_time(const AtModifier& modifier, const DurationValue& offset) const {
    std::int64_t time_ms = time_ms_;
    if (modifier.kind == AtModifier::Kind::timestamp) time_ms = modifier.timestamp_ms;
    if (modifier.kind == AtModifier::Kind::start) time_ms = query_.start_ms;
    if (modifier.kind == AtModifier::Kind::end) time_ms = query_.end_ms;
    return time_ms - offset.ms;
  }

  // In (from, to], markers and all.
  ReferenceMatrix samples_in(const Matchers& matchers, std::int64_t from_ms,
                             std::int64_t to_ms) const {
    ReferenceMatrix out;
    for (const auto& [labels, series] : store_.series()) {
      if (!matches(matchers, labels)) continue;
      for (const Sample& sample : series.samples.floats) {
        const bool inside = sample.timestamp_ms > from_ms && sample.timestamp_ms <= to_ms;
        if (inside) out[labels].push_back(sample);
      }
    }
    return out;
  }

  // The newest samples, where these are no staleness markers.
  std::map<Labels, Sample> newest(const VectorSelector& node) const {
    const std::int64_t to_ms = reference_time(node.at, node.offset);
    std::map<Labels, Sample> out;
    for (const auto& [labels, samples] : samples_in(node.matchers, to_ms - kLookbackMs, to_ms)) {
      if (!is_stale_marker(samples.back().value)) out.emplace(labels, samples.back());
    }
    return out;
  }

  Result<ReferenceValue> evaluate(const VectorSelector& node) const {
    ReferenceVector out;
    for (const auto& [labels, sample] : newest(node)) out.emplace(labels, sample.value);
    return ReferenceValue(std::move(out));
  }

  struct Windows {
    ReferenceMatrix samples;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
  };

  Result<Windows> windows(const Expression& expression) const {
    if (const auto* const paren = std::get_if<Paren>(&expression.node)) {
      return windows(*paren->inner);
    }
    if (const auto* const subquery = std::get_if<Subquery>(&expression.node)) {
      return windows(*subquery);
    }
    const auto& node = std::get<MatrixSelector>(expression.node);
    const auto& selector = std::get<VectorSelector>(node.selector->node);
    Windows out;
    out.end_ms = reference_time(selector.at, selector.offset);
    out.start_ms = out.end_ms - node.range.ms;
    for (auto& [labels, samples] : samples_in(selector.matchers, out.start_ms, out.end_ms)) {
      std::erase_if(samples, [](const Sample& sample) { return is_stale_marker(sample.value); });
      if (!samples.empty()) out.samples.emplace(labels, samples);
    }
    return out;
  }

  // The inner expression at the multiples of the step inside the window.
  Result<Windows> windows(const Subquery& node) const {
    Windows out;
    out.end_ms = reference_time(node.at, node.offset);
    out.start_ms = out.end_ms - node.range.ms;
    const std::int64_t step_ms = node.step.ms == 0 ? kSubqueryStepMs : node.step.ms;
    std::int64_t time_ms = out.start_ms / step_ms * step_ms;
    while (time_ms <= out.start_ms) time_ms += step_ms;
    for (; time_ms <= out.end_ms; time_ms += step_ms) {
      TRIBUTARY_TRY(const ReferenceValue inner, at(time_ms).value(*node.inner));
      if (const double* const number = std::get_if<double>(&inner)) {
        out.samples[Labels()].push_back({time_ms, *number});
        continue;
      }
      for (const auto& [labels, number] : std::get<ReferenceVector>(inner)) {
        out.samples[labels].push_back({time_ms, number});
      }
    }
    return out;
  }

  Result<ReferenceValue> evaluate(const MatrixSelector& node) const {
    const auto& selector = std::get<VectorSelector>(node.selector->node);
    const std::int64_t end_ms = reference_time(selector.at, selector.offset);
    ReferenceMatrix out = samples_in(selector.matchers, end_ms - node.range.ms, end_ms);
    for (auto& [labels, samples] : out) {
      std::erase_if(samples, [](const Sample& sample) { return is_stale_marker(sample.value); });
    }
    std::erase_if(out, [](const auto& series) { return series.second.empty(); });
    return ReferenceValue(std::move(out));
  }
  Result<ReferenceValue> evaluate(const Subquery& node) const {
    TRIBUTARY_TRY(Windows found, windows(node));
    return ReferenceValue(std::move(found.samples));
  }

  // --- Operators.

  Result<ReferenceValue> evaluate(const Unary& node) const {
    TRIBUTARY_TRY(const ReferenceValue operand, value(*node.operand));
    if (!node.minus) return operand;
    if (const double* const number = std::get_if<double>(&operand)) {
      return ReferenceValue(-*number);
    }
    ReferenceVector out;
    for (const auto& [labels, number] : std::get<ReferenceVector>(operand)) {
      if (auto done = insert(out, without_name(labels), -number); !done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  Result<ReferenceValue> evaluate(const Binary& node) const {
    TRIBUTARY_TRY(const ReferenceValue left, value(*node.left));
    TRIBUTARY_TRY(const ReferenceValue right, value(*node.right));
    const double* const left_number = std::get_if<double>(&left);
    const double* const right_number = std::get_if<double>(&right);
    if (left_number != nullptr && right_number != nullptr) {
      return ReferenceValue(reference_binary(node.op, *left_number, *right_number));
    }
    if (left_number != nullptr) {
      return as_value(reference_binary(node, *left_number, std::get<ReferenceVector>(right)));
    }
    if (right_number != nullptr) {
      return as_value(reference_binary(node, std::get<ReferenceVector>(left), *right_number));
    }
    return as_value(
        reference_binary(node, std::get<ReferenceVector>(left), std::get<ReferenceVector>(right)));
  }

  // --- Aggregations.

  Result<ReferenceValue> evaluate(const Aggregation& node) const {
    TRIBUTARY_TRY(const ReferenceVector input, vector(*node.inner));
    ReferenceValue parameter = 0.0;
    if (node.parameter) {
      TRIBUTARY_TRY(parameter, value(*node.parameter));
    }
    if (const auto* const label = std::get_if<std::string>(&parameter)) {
      return ReferenceValue(reference_count_values(node, *label, input));
    }
    return as_value(reference_aggregate(node, std::get<double>(parameter), input));
  }

  // --- Functions.

  Result<ReferenceValue> evaluate(const Call& node) const {
    const std::string_view name = node.function->name;
    if (const auto function = find_range_function(name)) return over_range(node, function);
    if (const auto function = find_sample_function(name)) return over_samples(node, function);
    if (name == "time") return ReferenceValue(static_cast<double>(time_ms_) / 1000);
    if (name == "pi") return ReferenceValue(std::numbers::pi);
    if (name == "vector") {
      TRIBUTARY_TRY(const double number, scalar(*node.arguments[0]));
      return ReferenceValue(ReferenceVector{{Labels(), number}});
    }
    if (name == "scalar") {
      TRIBUTARY_TRY(const ReferenceVector input, vector(*node.arguments[0]));
      return ReferenceValue(input.size() == 1 ? input.begin()->second : kNaN);
    }
    if (name == "sort" || name == "sort_desc") return value(*node.arguments[0]);
    if (name == "timestamp") return timestamp(*node.arguments[0]);
    if (name == "absent") {
      TRIBUTARY_TRY(const ReferenceVector input, vector(*node.arguments[0]));
      return ReferenceValue(absent(*node.arguments[0], input.empty()));
    }
    if (name == "absent_over_time") {
      TRIBUTARY_TRY(const Windows input, windows(*node.arguments[0]));
      return ReferenceValue(absent(*node.arguments[0], input.samples.empty()));
    }
    if (name == "label_replace") return label_replace(node);
    if (name == "label_join") return label_join(node);
    if (name == "histogram_quantile") return histogram_quantile(node);
    return unsupported(name);
  }

  // The arguments' scalars in order; the range or vector among them is left out.
  Result<std::vector<double>> scalars(const Call& node) const {
    std::vector<double> out;
    for (const ExpressionPtr& argument : node.arguments) {
      if (argument->type != ValueType::scalar) continue;
      TRIBUTARY_TRY(const double number, scalar(*argument));
      out.push_back(number);
    }
    return out;
  }

  static const Expression* argument_of(const Call& node, ValueType type) {
    for (const ExpressionPtr& argument : node.arguments) {
      if (argument->type == type) return argument.get();
    }
    return nullptr;
  }

  Result<ReferenceValue> over_range(const Call& node, ReferenceRangeFunction function) const {
    TRIBUTARY_TRY(const Windows input, windows(*argument_of(node, ValueType::matrix)));
    TRIBUTARY_TRY(const std::vector<double> parameters, scalars(node));
    const bool keeps_name = node.function->name == "last_over_time";
    ReferenceVector out;
    for (const auto& [labels, samples] : input.samples) {
      const auto result = function({.samples = samples,
                                    .start_ms = input.start_ms,
                                    .end_ms = input.end_ms,
                                    .time_ms = time_ms_},
                                   parameters);
      if (!result) continue;
      auto done = insert(out, keeps_name ? labels : without_name(labels), *result);
      if (!done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  Result<ReferenceValue> over_samples(const Call& node, ReferenceSampleFunction function) const {
    const Expression* const argument = argument_of(node, ValueType::vector);
    ReferenceVector input = {{Labels(), static_cast<double>(time_ms_) / 1000}};
    if (argument != nullptr) {
      TRIBUTARY_TRY(input, vector(*argument));
    }
    TRIBUTARY_TRY(const std::vector<double> parameters, scalars(node));
    ReferenceVector out;
    for (const auto& [labels, number] : input) {
      const auto result = function(number, parameters);
      if (!result) continue;
      if (auto done = insert(out, without_name(labels), *result); !done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  Result<ReferenceValue> timestamp(const Expression& argument) const {
    ReferenceVector out;
    if (const auto* const paren = std::get_if<Paren>(&argument.node)) {
      return timestamp(*paren->inner);
    }
    if (const auto* const selector = std::get_if<VectorSelector>(&argument.node)) {
      for (const auto& [labels, sample] : newest(*selector)) {
        const double seconds = static_cast<double>(sample.timestamp_ms) / 1000;
        auto done = insert(out, without_name(labels), seconds);
        if (!done) return done.error();
      }
      return ReferenceValue(std::move(out));
    }
    TRIBUTARY_TRY(const ReferenceVector input, vector(argument));
    for (const auto& [labels, number] : input) {
      const double seconds = static_cast<double>(time_ms_) / 1000;
      if (auto done = insert(out, without_name(labels), seconds); !done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  static ReferenceVector absent(const Expression& argument, bool is_absent) {
    if (!is_absent) return {};
    const Expression* at = &argument;
    if (const auto* const matrix = std::get_if<MatrixSelector>(&at->node)) {
      at = matrix->selector.get();
    }
    Labels labels;
    std::set<std::string> named;
    if (const auto* const selector = std::get_if<VectorSelector>(&at->node)) {
      for (const Matcher& matcher : selector->matchers) {
        if (matcher.name() == kMetricName) continue;
        const bool first = named.insert(matcher.name()).second;
        const bool equal = matcher.type() == MatchType::equal;
        set_label(labels, matcher.name(), first && equal ? matcher.value() : "");
      }
    }
    return {{labels, 1.0}};
  }

  Result<ReferenceValue> label_replace(const Call& node) const {
    TRIBUTARY_TRY(const ReferenceVector input, vector(*node.arguments[0]));
    TRIBUTARY_TRY(const std::string target, string(*node.arguments[1]));
    TRIBUTARY_TRY(const std::string replacement, string(*node.arguments[2]));
    TRIBUTARY_TRY(const std::string source, string(*node.arguments[3]));
    TRIBUTARY_TRY(const std::string pattern, string(*node.arguments[4]));
    if (replacement != "$1") return unsupported("a replacement other than $1");
    ReferenceVector out;
    for (const auto& [labels, number] : input) {
      Labels changed = labels;
      std::string captured;
      if (RE2::FullMatch(std::string(labels.get(source)), pattern, &captured)) {
        set_label(changed, target, captured);
      }
      if (auto done = insert(out, changed, number); !done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  Result<ReferenceValue> label_join(const Call& node) const {
    TRIBUTARY_TRY(const ReferenceVector input, vector(*node.arguments[0]));
    TRIBUTARY_TRY(const std::string target, string(*node.arguments[1]));
    TRIBUTARY_TRY(const std::string separator, string(*node.arguments[2]));
    ReferenceVector out;
    for (const auto& [labels, number] : input) {
      std::string joined;
      for (std::size_t i = 3; i < node.arguments.size(); ++i) {
        TRIBUTARY_TRY(const std::string source, string(*node.arguments[i]));
        if (i > 3) joined += separator;
        joined += labels.get(source);
      }
      Labels changed = labels;
      set_label(changed, target, joined);
      if (auto done = insert(out, changed, number); !done) return done.error();
    }
    return ReferenceValue(std::move(out));
  }

  Result<ReferenceValue> histogram_quantile(const Call& node) const {
    TRIBUTARY_TRY(const double q, scalar(*node.arguments[0]));
    TRIBUTARY_TRY(const ReferenceVector input, vector(*node.arguments[1]));
    std::map<Labels, std::vector<ReferenceBucket>> histograms;
    for (const auto& [labels, count] : input) {
      const auto upper = parse_number(labels.get("le"));
      if (!upper) continue;
      Labels histogram = without_name(labels);
      histogram.erase("le");
      histograms[histogram].push_back({*upper, count});
    }
    ReferenceVector out;
    for (const auto& [labels, buckets] : histograms) {
      out[labels] = reference_bucket_quantile(q, buckets);
    }
    return ReferenceValue(std::move(out));
  }

  const MemoryStore& store_;
  const TimeRange query_;
  const std::int64_t time_ms_;
};

}  // namespace

Result<ReferenceValue> reference_instant(const MemoryStore& store, const Expression& query,
                                         std::int64_t time_ms) {
  const TimeRange range = {.start_ms = time_ms, .end_ms = time_ms, .step_ms = 1};
  return Step(store, range, time_ms).value(query);
}

Result<ReferenceMatrix> reference_range(const MemoryStore& store, const Expression& query,
                                        const TimeRange& range) {
  ReferenceMatrix out;
  for (std::int64_t time_ms = range.start_ms; time_ms <= range.end_ms; time_ms += range.step_ms) {
    TRIBUTARY_TRY(const ReferenceValue value, Step(store, range, time_ms).value(query));
    if (const double* const number = std::get_if<double>(&value)) {
      out[Labels()].push_back({time_ms, *number});
      continue;
    }
    for (const auto& [labels, number] : std::get<ReferenceVector>(value)) {
      out[labels].push_back({time_ms, number});
    }
  }
  return out;
}

}  // namespace tributary::promql::testing
