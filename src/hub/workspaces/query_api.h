// Prometheus' HTTP API over one workspace, as a function: path and parameters in, answer out
// (hub-spec.md 4.1, 4.2). Methods and permissions are the gateway's business.
//
// A hub scrapes nothing and evaluates no rules, so targets, rules and alerts are empty lists.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "hub/workspaces/limits.h"
#include "hub/workspaces/store.h"
#include "promql/engine.h"

namespace tributary::promql {
class SampleBudget;
}
namespace tributary::tsdb {
class Db;
}

namespace tributary::hub::workspaces {

struct ApiContext {
  tsdb::Db& db;
  const promql::Engine& engine;
  promql::SampleBudget& samples;  // of all queries of the workspace
  const Limits& limits;
  const Clock& clock;
  Timestamp started;  // when the program began
};

Answer query_api(const ApiCall& call, const ApiContext& context);

}  // namespace tributary::hub::workspaces
