#include "hub/workspaces/query_api.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"

namespace tributary::hub::workspaces {
namespace {

// What this API speaks; clients look at it to know what they may ask.
constexpr std::string_view kPrometheusVersion = "3.4.0";

constexpr std::int64_t kPointsMax = 11'000;

std::vector<std::string> truncate(auto& list, std::uint64_t limit) {
  if (limit == 0 || list.size() <= limit) return {};
  list.resize(static_cast<std::size_t>(limit));
  return {"results truncated due to limit"};
}

// Parse errors are about the parameter; the others about the evaluation.
Error query_error(const Error& error) {
  if (error.code() == Code::invalid_argument || error.code() == Code::unsupported) {
    return Error(error.code(), "invalid parameter \"query\": " + error.message());
  }
  return error;
}

Result<promql::QueryOptions> query_options(const Params& params, const QueryContext& context) {
  promql::QueryOptions options;
  TRIBUTARY_TRY(options.timeout, optional_duration_parameter(params, "timeout"));
  TRIBUTARY_TRY(options.lookback, optional_duration_parameter(params, "lookback_delta"));
  if (options.lookback && *options.lookback <= Duration::zero()) {
    return invalid_parameter("lookback_delta", "must be positive");
  }
  options.stop = context.stop;
  return options;
}

Result<Answer> query(const Params& params, const QueryContext& context) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(params));
  TRIBUTARY_TRY(const std::int64_t time_ms, time_parameter(params, "time", to_ms(context.now)));
  TRIBUTARY_TRY(const auto options, query_options(params, context));
  auto value = context.engine.instant(context.store, parameter(params, "query"), time_ms, options);
  if (!value) return query_error(value.error());
  const auto warnings = truncate(value->series, limit);
  std::string data;
  append_value(data, *value);
  return success(std::move(data), warnings);
}

Result<Answer> query_range(const Params& params, const QueryContext& context) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(params));
  promql::TimeRange range;
  TRIBUTARY_TRY(range.start_ms, time_parameter(params, "start", std::nullopt));
  TRIBUTARY_TRY(range.end_ms, time_parameter(params, "end", std::nullopt));
  if (range.end_ms < range.start_ms) {
    return invalid_parameter("end", "end timestamp must not be before start time");
  }
  TRIBUTARY_TRY(const Duration step, duration_parameter(params, "step"));
  range.step_ms = to_ms(step);
  if (range.step_ms <= 0) {
    return invalid_parameter("step",
                             "zero or negative query resolution step widths are not accepted. "
                             "Try a positive integer");
  }
  const auto span =
      static_cast<std::uint64_t>(range.end_ms) - static_cast<std::uint64_t>(range.start_ms);
  if (span / static_cast<std::uint64_t>(range.step_ms) > kPointsMax) {
    return Error(Code::invalid_argument,
                 "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                 "the query resolution (?step=XX)");
  }
  TRIBUTARY_TRY(const auto options, query_options(params, context));
  auto value = context.engine.range(context.store, parameter(params, "query"), range, options);
  if (!value) return query_error(value.error());
  const auto warnings = truncate(value->series, limit);
  std::string data;
  append_value(data, *value);
  return success(std::move(data), warnings);
}

Result<std::unique_ptr<Querier>> querier_of(const Params& params, const QueryContext& context) {
  TRIBUTARY_TRY(const std::int64_t start_ms, time_parameter(params, "start", INT64_MIN));
  TRIBUTARY_TRY(const std::int64_t end_ms, time_parameter(params, "end", INT64_MAX));
  if (end_ms < start_ms) {
    return invalid_parameter("end", "end timestamp must not be before start time");
  }
  return context.store.querier(start_ms, end_ms);
}

Result<Answer> series(const Params& params, const QueryContext& context) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(params));
  const auto selectors = match_parameters(params);
  if (!selectors) return invalid_parameter("match[]", selectors.error().message());
  if (selectors->empty()) return Error(Code::invalid_argument, "no match[] parameter provided");
  TRIBUTARY_TRY(const auto querier, querier_of(params, context));
  std::vector<Labels> found;
  for (const Matchers& matchers : *selectors) {
    TRIBUTARY_TRY(const auto set, querier->select(matchers));
    for (std::size_t i = 0; i < set->size(); ++i) {
      if (context.stop.stop_requested()) return Error(Code::cancelled, "query was canceled");
      found.push_back(set->labels(i).to_labels());
    }
  }
  if (selectors->size() > 1) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  const auto warnings = truncate(found, limit);
  std::string data = "[";
  for (const Labels& labels : found) {
    if (data.size() > 1) data += ',';
    append_labels(data, labels);
  }
  return success(data + "]", warnings);
}

// What `list` gives for each selector, merged; for all series where there is none.
template <class List>
Result<Answer> merged(const Params& params, const QueryContext& context, List list) {
  TRIBUTARY_TRY(const std::uint64_t limit, limit_parameter(params));
  TRIBUTARY_TRY(auto selectors, match_parameters(params));
  TRIBUTARY_TRY(const auto querier, querier_of(params, context));
  if (selectors.empty()) selectors.emplace_back();
  std::vector<std::string> texts;
  for (const Matchers& matchers : selectors) {
    TRIBUTARY_TRY(auto some, list(*querier, matchers));
    texts.insert(texts.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
  }
  if (selectors.size() > 1) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }
  const auto warnings = truncate(texts, limit);
  std::string data;
  append_strings(data, texts);
  return success(std::move(data), warnings);
}

Result<Answer> labels(const Params& params, const QueryContext& context) {
  return merged(params, context, [](const Querier& querier, const Matchers& matchers) {
    return querier.label_names(matchers);
  });
}

// U__my_2e_label: the escaped form of names that a URL or an old client cannot carry.
std::string unescape_name(std::string_view name) {
  constexpr std::string_view kPrefix = "U__";
  if (!name.starts_with(kPrefix)) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(kPrefix.size());
  while (!rest.empty()) {
    if (rest.front() != '_') {
      out += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    if (rest.starts_with("__")) {
      out += '_';
      rest.remove_prefix(2);
      continue;
    }
    const std::size_t end = rest.find('_', 1);
    if (end == std::string_view::npos) return std::string(name);
    std::uint32_t rune = 0;
    const char* const last = rest.data() + end;
    const auto [stop, error] = std::from_chars(rest.data() + 1, last, rune, 16);
    if (error != std::errc() || stop != last || rune > 0x10ffff) return std::string(name);
    append_utf8(out, rune);
    rest.remove_prefix(end + 1);
  }
  return out;
}

Result<Answer> label_values(std::string_view escaped, const Params& params,
                            const QueryContext& context) {
  const std::string name = unescape_name(escaped);
  if (name.empty() || !is_valid_utf8(name)) {
    return Error(Code::invalid_argument, "invalid label name: " + json_string(name));
  }
  return merged(params, context, [&name](const Querier& querier, const Matchers& matchers) {
    return querier.label_values(name, matchers);
  });
}

Result<Answer> metadata(const Params& params, const QueryContext& context) {
  const auto number = [&](std::string_view name) -> Result<std::int64_t> {
    const std::string_view text = parameter(params, name);
    if (text.empty()) return std::int64_t{-1};
    const auto value = parse_int64(text);
    if (!value) return Error(Code::invalid_argument, std::string(name) + " must be a number");
    return *value;
  };
  TRIBUTARY_TRY(const std::int64_t limit, number("limit"));
  TRIBUTARY_TRY(const std::int64_t per_metric, number("limit_per_metric"));
  std::string data = "{";
  std::int64_t count = 0;
  for (const MetricFamily& family : context.metadata(parameter(params, "metric"))) {
    if (limit >= 0 && count++ >= limit) break;
    if (data.size() > 1) data += ',';
    append_json_string(data, family.name);
    data += ":[";
    if (per_metric != 0) {
      data += "{\"type\":\"" + std::string(to_string(family.type)) +
              "\",\"help\":" + json_string(family.help) + ",\"unit\":" + json_string(family.unit) +
              '}';
    }
    data += ']';
  }
  return success(data + "}");
}

Answer build_info() {
  return success("{\"version\":\"" + std::string(kPrometheusVersion) +
                 "\",\"revision\":\"tributary-" TRIBUTARY_VERSION
                 "\",\"branch\":\"\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\","
                 "\"application\":\"tributary\"}");
}

Result<Answer> route(std::string_view path, const Params& params, const QueryContext& context) {
  constexpr std::string_view kLabelPrefix = "label/";
  constexpr std::string_view kValuesSuffix = "/values";
  if (path == "query") return query(params, context);
  if (path == "query_range") return query_range(params, context);
  if (path == "series") return series(params, context);
  if (path == "labels") return labels(params, context);
  if (path.starts_with(kLabelPrefix) && path.ends_with(kValuesSuffix) &&
      path.size() > kLabelPrefix.size() + kValuesSuffix.size()) {
    path.remove_prefix(kLabelPrefix.size());
    path.remove_suffix(kValuesSuffix.size());
    return label_values(path, params, context);
  }
  if (path == "metadata") return metadata(params, context);
  if (path == "status/buildinfo") return build_info();
  if (path == "rules") return success("{\"groups\":[]}");
  if (path == "alerts") return success("{\"alerts\":[]}");
  if (path == "query_exemplars") return success("[]");
  if (path == "format_query" || path == "parse_query") {
    return Error(Code::unsupported, std::string(path) +
                                        " is not supported yet (all of PromQL comes with the "
                                        "next release)");
  }
  return Error(Code::not_found, "no such API path: /api/v1/" + std::string(path));
}

}  // namespace

Answer query_api(std::string_view path, const Params& params, const QueryContext& context) {
  auto answer = route(path, params, context);
  return answer ? std::move(*answer) : failure(answer.error());
}

}  // namespace tributary::hub::workspaces
