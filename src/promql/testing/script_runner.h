// Runs a script of Prometheus' test language against an engine, as Prometheus runs it: an instant
// query is asked once more with every selector pinned to its time (`@`) at several other times, and
// each of these as the middle of a range query, too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/engine.h"

namespace tributary::promql::testing {

struct ScriptFailure {
  std::size_t line = 0;
  std::string query;
  std::string what;
};

struct ScriptReport {
  std::size_t evaluations = 0;
  std::vector<ScriptFailure> failures;  // one at most for each evaluation
};

// Fails where the script cannot be read or its data not be loaded.
Result<ScriptReport> run_script(const Engine& engine, std::string_view script);

// The switches and limits under which Prometheus runs its scripts.
EngineOptions script_engine_options();

}  // namespace tributary::promql::testing
