// Prometheus' read API over one workspace, as a function: path and parameters in, answer out
// (hub-spec.md 4.1, 4.2).
//
// query, query_range, series, labels, label/<name>/values, metadata, status/buildinfo answer;
// rules, alerts and query_exemplars are empty; format_query and parse_query say that they are not
// there yet.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hub/workspaces/store.h"
#include "model/queryable.h"
#include "model/series.h"
#include "promql/engine.h"

namespace tributary::hub::workspaces {

struct QueryContext {
  const Queryable& store;
  const promql::Engine& engine;
  std::function<std::vector<MetricFamily>(std::string_view family)> metadata;  // all where empty
  Timestamp now;
  std::stop_token stop;
};

Answer query_api(std::string_view path, const Params& params, const QueryContext& context);

}  // namespace tributary::hub::workspaces
