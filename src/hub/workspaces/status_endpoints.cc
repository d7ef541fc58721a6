// What the workspace says of itself: version, limits, cardinality.
#include <algorithm>
#include <array>
#include <string>
#include <thread>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"
#include "base/time_text.h"
#include "config/fields.h"
#include "config/node.h"
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/endpoints.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

// What this API speaks; clients look at it to know what they may ask.
constexpr std::string_view kPrometheusVersion = "3.8.0";

std::string retention_text(const Limits& limits) {
  const Duration retention = limits.retention;
  return retention == Duration::zero() ? "" : prometheus_duration(retention);
}

void append_counts(std::string& out, std::string_view name,
                   const std::vector<tsdb::NamedCount>& counts) {
  out += ",\"";
  out += name;
  out += "\":[";
  for (const tsdb::NamedCount& one : counts) {
    out += &one == &counts.front() ? "{\"name\":" : ",{\"name\":";
    append_json_string(out, one.name);
    out += ",\"value\":" + std::to_string(one.count) + '}';
  }
  out += ']';
}

}  // namespace

Result<Answer> answer_build_info(const ApiCall&, const ApiContext&) {
  return success("{\"version\":\"" + std::string(kPrometheusVersion) +
                 "\",\"revision\":\"tributary-" TRIBUTARY_VERSION
                 "\",\"branch\":\"\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\","
                 "\"application\":\"tributary\"}");
}

// Nothing that tells one tenant of the hub about its machine.
Result<Answer> answer_runtime_info(const ApiCall&, const ApiContext& context) {
  const std::string started = iso8601(context.started, 9);
  const auto& replay = context.db.replay();
  std::string data = "{\"startTime\":" + json_string(started) + ",\"CWD\":\"\",\"hostname\":\"\"";
  data += ",\"serverTime\":" + json_string(iso8601(context.clock.now(), 9));
  data += ",\"reloadConfigSuccess\":true,\"lastConfigTime\":" + json_string(started);
  data += ",\"corruptionCount\":";
  append_int(data, static_cast<std::int64_t>(replay.malformed_records));
  data += ",\"goroutineCount\":0,\"GOMAXPROCS\":";
  append_int(data, std::thread::hardware_concurrency());
  data += ",\"GOMEMLIMIT\":0,\"GOGC\":\"\",\"GODEBUG\":\"\",\"storageRetention\":";
  append_json_string(data, retention_text(context.limits));
  return success(data + "}");
}

// A hub has no configuration of scrapes and rules; what configures a workspace are its limits.
Result<Answer> answer_config(const ApiCall&, const ApiContext& context) {
  config::Node node = config::Node::mapping();
  node.set("limits", config::print(context.limits));
  return success("{\"yaml\":" + json_string(config::to_yaml(node)) + "}");
}

Result<Answer> answer_flags(const ApiCall&, const ApiContext& context) {
  const Limits& limits = context.limits;
  const std::array<std::pair<std::string_view, std::string>, 5> flags = {{
      {"query.lookback-delta", prometheus_duration(limits.query_lookback)},
      {"query.max-concurrency", std::to_string(limits.queries_running_max)},
      {"query.max-samples", std::to_string(limits.query_samples_max)},
      {"query.timeout", prometheus_duration(limits.query_timeout)},
      {"storage.tsdb.retention.time", retention_text(limits)},
  }};
  std::string data;
  for (const auto& [name, value] : flags) {
    data += data.empty() ? '{' : ',';
    append_json_string(data, name);
    data += ':';
    append_json_string(data, value);
  }
  return success(data + "}");
}

Result<Answer> answer_tsdb_status(const ApiCall& call, const ApiContext& context) {
  constexpr std::int64_t kLimitDefault = 10;
  constexpr std::int64_t kLimitMax = 10'000;
  std::int64_t limit = kLimitDefault;
  if (const auto text = parameter(call.params, "limit"); !text.empty()) {
    limit = parse_int64(text).value_or(0);
    if (limit < 1) return Error(Code::invalid_argument, "limit must be a positive number");
    if (limit > kLimitMax)
      return Error(Code::invalid_argument, "limit must not exceed " + std::to_string(kLimitMax));
  }
  const tsdb::Cardinality found = context.db.cardinality(static_cast<std::size_t>(limit));
  std::string data = "{\"headStats\":{\"numSeries\":" + std::to_string(found.series);
  data += ",\"numLabelPairs\":" + std::to_string(found.label_pairs);
  data += ",\"chunkCount\":" + std::to_string(found.chunks);
  data += ",\"minTime\":" + std::to_string(found.min_ms);
  data += ",\"maxTime\":" + std::to_string(found.max_ms) + '}';
  append_counts(data, "seriesCountByMetricName", found.series_by_metric);
  append_counts(data, "labelValueCountByLabelName", found.values_by_label);
  append_counts(data, "memoryInBytesByLabelName", found.value_bytes_by_label);
  append_counts(data, "seriesCountByLabelValuePair", found.series_by_label_pair);
  return success(data + "}");
}

// A workspace answers only when its log has been replayed.
Result<Answer> answer_wal_replay(const ApiCall&, const ApiContext& context) {
  const std::string segment = std::to_string(context.db.stats().wal_segment);
  return success("{\"min\":0,\"max\":" + segment + ",\"current\":" + segment + "}");
}

Result<Answer> answer_rules(const ApiCall& call, const ApiContext&) {
  const std::string type = to_lower(parameter(call.params, "type"));
  if (!type.empty() && type != "alert" && type != "record")
    return invalid_parameter("type", "not supported value " + json_string(type));
  if (auto matchers = match_parameters(call.params); !matchers) return matchers.error();
  return success(R"({"groups":[]})");
}

Result<Answer> answer_targets(const ApiCall&, const ApiContext&) {
  return success(R"({"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":{}})");
}

}  // namespace tributary::hub::workspaces
