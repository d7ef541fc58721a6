#include "hub/workspaces/query_api.h"

#include <algorithm>
#include <array>
#include <string>

#include "hub/workspaces/api_json.h"
#include "hub/workspaces/endpoints.h"
#include "hub/workspaces/remote_read.h"

namespace tributary::hub::workspaces {
namespace {

Result<Answer> no_alerts(const ApiCall&, const ApiContext&) { return success(R"({"alerts":[]})"); }
Result<Answer> no_pools(const ApiCall&, const ApiContext&) {
  return success(R"({"scrapePools":[]})");
}
Result<Answer> no_target_metadata(const ApiCall&, const ApiContext&) { return success("[]"); }
Result<Answer> no_alertmanagers(const ApiCall&, const ApiContext&) {
  return success(R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})");
}

Result<Answer> read(const ApiCall& call, const ApiContext& context) {
  return remote_read(call, context);
}

struct Endpoint {
  std::string_view path;
  Result<Answer> (*answer)(const ApiCall& call, const ApiContext& context);
};

constexpr std::array kEndpoints = {
    Endpoint{"query", answer_query},
    Endpoint{"query_range", answer_query_range},
    Endpoint{"query_exemplars", answer_query_exemplars},
    Endpoint{"read", read},
    Endpoint{"format_query", answer_format_query},
    Endpoint{"parse_query", answer_parse_query},
    Endpoint{"series", answer_series},
    Endpoint{"labels", answer_labels},
    Endpoint{"metadata", answer_metadata},
    Endpoint{"rules", answer_rules},
    Endpoint{"alerts", no_alerts},
    Endpoint{"targets", answer_targets},
    Endpoint{"targets/metadata", no_target_metadata},
    Endpoint{"scrape_pools", no_pools},
    Endpoint{"alertmanagers", no_alertmanagers},
    Endpoint{"status/buildinfo", answer_build_info},
    Endpoint{"status/runtimeinfo", answer_runtime_info},
    Endpoint{"status/config", answer_config},
    Endpoint{"status/flags", answer_flags},
    Endpoint{"status/tsdb", answer_tsdb_status},
    Endpoint{"status/walreplay", answer_wal_replay},
    Endpoint{"admin/tsdb/delete_series", answer_delete_series},
    Endpoint{"admin/tsdb/clean_tombstones", answer_clean_tombstones},
    Endpoint{"admin/tsdb/snapshot", answer_snapshot},
};

Result<Answer> route(const ApiCall& call, const ApiContext& context) {
  const auto known = std::find_if(kEndpoints.begin(), kEndpoints.end(),
                                  [&](const Endpoint& one) { return one.path == call.path; });
  if (known != kEndpoints.end()) return known->answer(call, context);
  constexpr std::string_view kPrefix = "label/";
  constexpr std::string_view kSuffix = "/values";
  std::string_view name = call.path;
  if (name.starts_with(kPrefix) && name.ends_with(kSuffix) &&
      name.size() > kPrefix.size() + kSuffix.size()) {
    name.remove_prefix(kPrefix.size());
    name.remove_suffix(kSuffix.size());
    return answer_label_values(name, call, context);
  }
  return Error(Code::not_found, "no such API path: /api/v1/" + std::string(call.path));
}

}  // namespace

Answer query_api(const ApiCall& call, const ApiContext& context) {
  auto answer = route(call, context);
  return answer ? std::move(*answer) : failure(answer.error());
}

}  // namespace tributary::hub::workspaces
