// What evaluates or reads PromQL: query, query_range, format_query, parse_query.
#include <algorithm>
#include <string>
#include <utility>

#include "base/duration.h"
#include "base/json_text.h"
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/endpoints.h"
#include "promql/ast_json.h"
#include "promql/parser.h"
#include "promql/printer.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::uint64_t kPointsMax = 11'000;  // of one series

// Parse errors are about the parameter, the others about the evaluation.
Error query_error(const Error& error) {
  if (error.code() == Code::invalid_argument) return invalid_parameter("query", error.message());
  return error;
}

Result<promql::ExpressionPtr> parse(const ApiCall& call, const ApiContext& context) {
  return promql::parse(parameter(call.params, "query"), context.engine.options().features);
}

Result<promql::QueryOptions> query_options(const ApiCall& call, const ApiContext& context) {
  promql::QueryOptions options;
  TRIBUTARY_TRY(options.timeout, optional_duration_parameter(call.params, "timeout"));
  if (const auto text = parameter(call.params, "lookback_delta"); !text.empty()) {
    const auto lookback = parse_duration(text);
    if (!lookback) return lookback.error().within("error parsing lookback delta duration");
    if (*lookback > Duration::zero()) options.lookback = *lookback;
  }
  options.stats_per_step = parameter(call.params, "stats") == "all";
  options.owner_budget = &context.samples;
  options.stop = call.stop;
  return options;
}

Error answer_too_large(std::uint64_t bytes_max) {
  return Error(Code::limit_exceeded, "the query hit the aggregated data size limit (limit: " +
                                         std::to_string(bytes_max) + " bytes)");
}

// Refuses what would be too large before it is written.
bool surely_too_large(const promql::Value& value, std::uint64_t bytes_max) {
  constexpr std::uint64_t kSampleBytesMin = 8;  // [0,"1"],
  std::uint64_t samples = 0;
  for (const promql::SeriesValue& series : value.series)
    samples += series.floats.size() + series.histograms.size();
  return samples > bytes_max / kSampleBytesMin;
}

// The value as the answer's data, cut to `limit` series.
Result<Answer> answer_value(promql::Value value, std::uint64_t limit, const StepTimes& steps,
                            const QueryTimes& times, const ApiCall& call,
                            const ApiContext& context) {
  const std::uint64_t bytes_max = context.limits.answer_size_max.bytes;
  const std::string_view query = parameter(call.params, "query");
  const std::string_view stats = parameter(call.params, "stats");
  std::vector<std::string> warnings = value.annotations.warnings(query);
  for (std::string& warning : truncate(value.series, limit)) warnings.push_back(std::move(warning));
  if (!stats.empty() && stats != "true" && stats != "all") {
    warnings.push_back("value " + json_string(stats) +
                       " for parameter \"stats\" is deprecated and will be rejected in the next "
                       "major release, use \"true\" or \"all\"");
  }
  if (bytes_max > 0 && surely_too_large(value, bytes_max)) return answer_too_large(bytes_max);
  Answer answer{.status = 200, .content_type = "application/json"};
  begin_success(answer.body);
  answer.body += '{';
  append_value(answer.body, value);
  if (bytes_max > 0 && answer.body.size() > bytes_max) return answer_too_large(bytes_max);
  if (!stats.empty()) {
    answer.body += ',';
    append_stats(answer.body, value.stats, times, steps);
  }
  answer.body += '}';
  end_success(answer.body, warnings, value.annotations.infos(query));
  return answer;
}

// AMP's limit of how long a stretch of time one query may ask for.
Result<void> check_length(const promql::TimeRange& range, const Limits& limits) {
  const Duration most = limits.query_range_max;
  const std::int64_t length_ms = range.end_ms - range.start_ms;
  if (most == Duration::zero() || length_ms <= to_ms(most)) return {};
  constexpr std::int64_t kShownMsMax = 9'000'000'000'000;  // in nanoseconds it still fits 64 bits
  const Duration shown = std::chrono::milliseconds(std::min(length_ms, kShownMsMax));
  return Error(Code::execution, "the query time range exceeds the limit (query length: " +
                                    go_duration(shown) + ", limit: " + go_duration(most) + ")");
}

Result<promql::TimeRange> range_parameters(const Params& params) {
  promql::TimeRange range;
  TRIBUTARY_TRY(range.start_ms, time_parameter(params, "start"));
  TRIBUTARY_TRY(range.end_ms, time_parameter(params, "end"));
  if (range.end_ms < range.start_ms)
    return invalid_parameter("end", "end timestamp must not be before start time");
  TRIBUTARY_TRY(const Duration step, duration_parameter(params, "step"));
  if (step <= Duration::zero()) {
    return invalid_parameter("step",
                             "zero or negative query resolution step widths are not accepted. "
                             "Try a positive integer");
  }
  range.step_ms = to_ms(step);
  if (range.step_ms == 0) return invalid_parameter("step", "must be at least a millisecond");
  const auto span =
      static_cast<std::uint64_t>(range.end_ms) - static_cast<std::uint64_t>(range.start_ms);
  if (span / static_cast<std::uint64_t>(range.step_ms) > kPointsMax) {
    return Error(Code::invalid_argument,
                 "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                 "the query resolution (?step=XX)");
  }
  return range;
}

}  // namespace

Result<Answer> answer_query(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(call.params));
  TRIBUTARY_TRY(const std::int64_t time_ms,
                time_parameter(call.params, "time", to_ms(context.clock.now())));
  TRIBUTARY_TRY(const auto options, query_options(call, context));
  const Instant began = context.clock.monotonic();
  auto value =
      context.engine.instant(context.db, parameter(call.params, "query"), time_ms, options);
  if (!value) return query_error(value.error());
  const QueryTimes times{.queued = call.queued, .evaluated = context.clock.monotonic() - began};
  return answer_value(std::move(*value), limit, {.start_ms = time_ms}, times, call, context);
}

Result<Answer> answer_query_range(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(call.params));
  TRIBUTARY_TRY(const promql::TimeRange range, range_parameters(call.params));
  TRIBUTARY_TRY(const auto options, query_options(call, context));
  if (auto allowed = check_length(range, context.limits); !allowed) return allowed.error();
  const Instant began = context.clock.monotonic();
  auto value = context.engine.range(context.db, parameter(call.params, "query"), range, options);
  if (!value) return query_error(value.error());
  const QueryTimes times{.queued = call.queued, .evaluated = context.clock.monotonic() - began};
  const StepTimes steps{.start_ms = range.start_ms, .step_ms = range.step_ms};
  return answer_value(std::move(*value), limit, steps, times, call, context);
}

Result<Answer> answer_format_query(const ApiCall& call, const ApiContext& context) {
  const auto expression = parse(call, context);
  if (!expression) return query_error(expression.error());
  return success(json_string(promql::to_pretty_string(**expression)));
}

Result<Answer> answer_parse_query(const ApiCall& call, const ApiContext& context) {
  const auto expression = parse(call, context);
  if (!expression) return query_error(expression.error());
  std::string data;
  promql::append_json(data, **expression);
  return success(data);
}

}  // namespace tributary::hub::workspaces
