// Runs a script of Prometheus' test language against an engine and a store, as Prometheus runs it:
// an instant query is asked once more with every selector pinned to its time (`@`) at several other
// times, and each of these as the middle of a range query, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/float_histogram.h"
#include "model/labels.h"
#include "model/queryable.h"
#include "model/sample.h"
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

// Where a script puts its series.
class ScriptStore {
 public:
  virtual ~ScriptStore() = default;
  virtual Result<void> clear() = 0;
  // The samples of a series come one after the other. `start_ms`: 0 where unknown.
  virtual Result<void> append(const Labels& labels, Sample sample, std::int64_t start_ms) = 0;
  virtual Result<void> append(const Labels& labels, std::int64_t timestamp_ms,
                              const FloatHistogram& histogram, std::int64_t start_ms) = 0;
  // What was appended can be read from now on.
  virtual Result<void> commit() = 0;
  virtual const Queryable& queryable() const = 0;
};

// Fails where the script cannot be read or its data not be loaded.
Result<ScriptReport> run_script(const Engine& engine, ScriptStore& store, std::string_view script);
// With a store in memory.
Result<ScriptReport> run_script(const Engine& engine, std::string_view script);

// The switches and limits under which Prometheus runs its scripts.
EngineOptions script_engine_options();

}  // namespace tributary::promql::testing
