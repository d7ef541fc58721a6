// Evaluates PromQL over a store, with the semantics of Prometheus 3: windows are open on the left,
// (t - lookback, t]; a series whose newest sample in the window is a staleness marker has no value.
//
// Errors, with Prometheus' texts: invalid_argument (does not parse, wrong type), execution (many to
// many matching, duplicate series, ...), timeout, cancelled, limit_exceeded (too many samples), and
// whatever the store says.
//
// Threads: an Engine has no state; any number of queries may run at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/queryable.h"
#include "promql/parser.h"
#include "promql/value.h"

namespace tributary::promql {

class Parallel;      // promql/parallel.h
class SampleBudget;  // promql/sample_budget.h

struct EngineOptions {
  Duration lookback = 5min;
  Duration timeout = 2min;
  std::uint64_t samples_max = 50'000'000;  // held by one query at a time; zero: no limit
  Duration subquery_step = 1min;           // of subqueries that name none: the evaluation interval
  Features features;
};

// What one query may ask for in place of the engine's own.
struct QueryOptions {
  std::optional<Duration> lookback;
  std::optional<Duration> timeout;  // never longer than the engine's
  bool stats_per_step = false;
  SampleBudget* owner_budget = nullptr;  // of all queries of one owner; outlives the query
  std::stop_token stop;
};

struct TimeRange {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;  // inclusive
  std::int64_t step_ms = 0;
};

class Engine {
 public:
  // `clock` and `parallel` outlive the engine; without `parallel` a query keeps to its thread.
  Engine(EngineOptions options, const Clock& clock, Parallel* parallel = nullptr)
      : options_(options), clock_(clock), parallel_(parallel) {}

  // Of any type.
  Result<Value> instant(const Queryable& store, std::string_view query, std::int64_t time_ms,
                        const QueryOptions& options) const;
  // A matrix; the query's type is scalar or vector.
  Result<Value> range(const Queryable& store, std::string_view query, const TimeRange& range,
                      const QueryOptions& options) const;

  const EngineOptions& options() const { return options_; }

 private:
  const EngineOptions options_;
  const Clock& clock_;
  Parallel* const parallel_;
};

}  // namespace tributary::promql
