#include "promql/function.h"

#include <algorithm>

#include "promql/functions.h"

namespace tributary::promql {
namespace {

constexpr ValueType kScalar = ValueType::scalar;
constexpr ValueType kString = ValueType::string;
constexpr ValueType kVector = ValueType::vector;
constexpr ValueType kMatrix = ValueType::matrix;

// f(vector, scalars...): one sample in, at most one out.
Function of_sample(std::string_view name, SampleFunction implementation,
                   std::size_t scalar_count = 0, int variadic = 0) {
  Function function{name, {kVector}, variadic, kVector, false, implementation};
  function.arguments.insert(function.arguments.end(), scalar_count, kScalar);
  return function;
}

// f(vector = vector(time()))
Function of_date(std::string_view name, SampleFunction implementation) {
  Function function{name, {kVector}, 1, kVector, false, implementation};
  function.depends_on_time = true;
  return function;
}

// f(matrix, scalars...)
Function of_range(std::string_view name, RangeFunction implementation,
                  std::size_t scalar_count = 0) {
  Function function{name, {kMatrix}, 0, kVector, false, implementation};
  function.arguments.insert(function.arguments.end(), scalar_count, kScalar);
  return function;
}

Function special(std::string_view name, Special what, std::vector<ValueType> arguments,
                 ValueType result = kVector, int variadic = 0) {
  return {name, std::move(arguments), variadic, result, false, what};
}

Function experimental(Function function) {
  function.experimental = true;
  return function;
}

Function keeps_name(Function function) {
  function.keeps_name = true;
  return function;
}

Function depends_on_time(Function function) {
  function.depends_on_time = true;
  return function;
}

Function takes_anchored(Function function) {
  function.takes_anchored = true;
  return function;
}

Function takes_smoothed(Function function) {
  function.takes_smoothed = true;
  return function;
}

void append_sample_functions(std::vector<Function>& out) {
  for (const auto& [name, function] : functions::math()) out.push_back(of_sample(name, function));
  for (const auto& [name, function] : functions::histogram()) {
    out.push_back(of_sample(name, function));
  }
  for (const auto& [name, function] : functions::date()) out.push_back(of_date(name, function));
  out.push_back(of_sample("clamp", functions::clamp, 2));
  out.push_back(of_sample("clamp_max", functions::clamp_max, 1));
  out.push_back(of_sample("clamp_min", functions::clamp_min, 1));
  out.push_back(of_sample("round", functions::round, 1, 1));
}

void append_range_functions(std::vector<Function>& out) {
  using namespace functions;
  out.push_back(takes_anchored(of_range("changes", changes)));
  out.push_back(takes_anchored(of_range("resets", resets)));
  out.push_back(takes_smoothed(takes_anchored(of_range("delta", delta))));
  out.push_back(takes_smoothed(takes_anchored(of_range("increase", increase))));
  out.push_back(takes_smoothed(takes_anchored(of_range("rate", rate))));
  out.push_back(of_range("idelta", idelta));
  out.push_back(of_range("irate", irate));
  out.push_back(of_range("deriv", deriv));
  out.push_back(depends_on_time(of_range("predict_linear", predict_linear, 1)));
  out.push_back(
      experimental(of_range("double_exponential_smoothing", double_exponential_smoothing, 2)));
}

void append_over_time_functions(std::vector<Function>& out) {
  using namespace functions;
  out.push_back(of_range("avg_over_time", avg_over_time));
  out.push_back(of_range("count_over_time", count_over_time));
  out.push_back(of_range("max_over_time", max_over_time));
  out.push_back(of_range("min_over_time", min_over_time));
  out.push_back(of_range("present_over_time", present_over_time));
  out.push_back(of_range("stddev_over_time", stddev_over_time));
  out.push_back(of_range("stdvar_over_time", stdvar_over_time));
  out.push_back(of_range("sum_over_time", sum_over_time));
  out.push_back(keeps_name(of_range("first_over_time", first_over_time)));
  out.push_back(keeps_name(of_range("last_over_time", last_over_time)));
  out.push_back(experimental(of_range("mad_over_time", mad_over_time)));
  out.push_back(experimental(of_range("ts_of_first_over_time", ts_of_first_over_time)));
  out.push_back(experimental(of_range("ts_of_last_over_time", ts_of_last_over_time)));
  out.push_back(experimental(of_range("ts_of_max_over_time", ts_of_max_over_time)));
  out.push_back(experimental(of_range("ts_of_min_over_time", ts_of_min_over_time)));
  out.push_back({"quantile_over_time", {kScalar, kMatrix}, 0, kVector, false, quantile_over_time});
}

void append_vector_functions(std::vector<Function>& out) {
  out.push_back(special("absent", Special::absent, {kVector}));
  out.push_back(special("absent_over_time", Special::absent_over_time, {kMatrix}));
  out.push_back(
      special("histogram_fraction", Special::histogram_fraction, {kScalar, kScalar, kVector}));
  out.push_back(special("histogram_quantile", Special::histogram_quantile, {kScalar, kVector}));
  out.push_back(experimental(special("histogram_quantiles", Special::histogram_quantiles,
                                     {kVector, kString, kScalar, kScalar}, kVector, 9)));
  out.push_back(
      experimental(keeps_name(special("info", Special::info, {kVector, kVector}, kVector, 1))));
  out.push_back(keeps_name(special("label_join", Special::label_join,
                                   {kVector, kString, kString, kString}, kVector, -1)));
  out.push_back(keeps_name(special("label_replace", Special::label_replace,
                                   {kVector, kString, kString, kString, kString})));
  out.push_back(keeps_name(special("sort", Special::sort, {kVector})));
  out.push_back(keeps_name(special("sort_desc", Special::sort_desc, {kVector})));
  out.push_back(experimental(keeps_name(
      special("sort_by_label", Special::sort_by_label, {kVector, kString}, kVector, -1))));
  out.push_back(experimental(keeps_name(special("sort_by_label_desc", Special::sort_by_label_desc,
                                                {kVector, kString}, kVector, -1))));
  out.push_back(experimental(special("start_timestamp", Special::start_timestamp, {kVector})));
  out.push_back(depends_on_time(special("timestamp", Special::timestamp, {kVector})));
  out.push_back(special("vector", Special::vector, {kScalar}));
}

void append_scalar_functions(std::vector<Function>& out) {
  for (const auto& [name, what] : {std::pair{"end", Special::query_end},
                                   {"range", Special::query_range},
                                   {"start", Special::query_start},
                                   {"step", Special::query_step}}) {
    out.push_back(experimental(depends_on_time(special(name, what, {}, kScalar))));
  }
  out.push_back(experimental(special("max_of", Special::max_of, {kScalar, kScalar}, kScalar)));
  out.push_back(experimental(special("min_of", Special::min_of, {kScalar, kScalar}, kScalar)));
  out.push_back(special("pi", Special::pi, {}, kScalar));
  out.push_back(special("scalar", Special::scalar, {kVector}, kScalar));
  out.push_back(depends_on_time(special("time", Special::time, {}, kScalar)));
}

const std::vector<Function>& table() {
  static const std::vector<Function> kFunctions = [] {
    std::vector<Function> out;
    append_sample_functions(out);
    append_range_functions(out);
    append_over_time_functions(out);
    append_vector_functions(out);
    append_scalar_functions(out);
    std::ranges::sort(out, {}, &Function::name);
    return out;
  }();
  return kFunctions;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto at = std::ranges::lower_bound(table(), name, {}, &Function::name);
  return at != table().end() && at->name == name ? &*at : nullptr;
}

std::span<const Function> all_functions() { return table(); }

}  // namespace tributary::promql
