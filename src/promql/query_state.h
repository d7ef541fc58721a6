// One query while it runs: its store, options, limits, and what it gathers on its way.
//
// Threads: check, budget and for_parts' parts on any; the rest on the query's own thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/queryable.h"
#include "promql/engine.h"
#include "promql/label_table.h"
#include "promql/preprocess.h"
#include "promql/step_vector.h"

namespace tributary::promql {

// `a - b` and `a + b` that stop at the ends of time, which some clients ask for.
std::int64_t saturating_subtract(std::int64_t a, std::int64_t b);
std::int64_t saturating_add(std::int64_t a, std::int64_t b);

class QueryState {
 public:
  QueryState(const Queryable& store, const EngineOptions& engine, const QueryOptions& options,
             const Clock& clock, Parallel* parallel);

  const Queryable& store() const { return store_; }
  const Features& features() const { return features_; }
  std::int64_t lookback_ms() const { return lookback_ms_; }
  std::int64_t subquery_step_ms() const { return subquery_step_ms_; }
  bool delays_name_removal() const { return features_.delayed_name_removal; }

  // Fails where the query was cancelled or its time is over.
  Result<void> check() const;
  // The same, and where the query holds too many samples with those that `worker` has computed.
  Result<void> check(Worker& worker);
  // Rows between two checks: a look at the clock costs as much as a short row.
  static constexpr std::size_t kRowsPerCheck = 16;

  SampleBudget& budget() { return budget_; }
  // More steps could not have as many samples.
  std::uint64_t steps_max() const { return budget_.max() > 0 ? budget_.max() : kStepsMax; }
  // Floats that there is room for, whether it is used or not: where most series are there for a
  // short time only these may be many more than samples. At most as many bytes as Prometheus would
  // need for all the samples that it may hold.
  SampleBudget& cells() { return cells_; }
  static Error too_many_samples();

  // Cuts `count` rows into parts, always at the same places whatever the number of threads, and
  // calls part(number, begin, end) for each, on several threads where there are some. Of several
  // errors the first part's one is given.
  using Part = std::function<Result<void>(std::size_t part, std::size_t begin, std::size_t end)>;
  static std::size_t part_count(std::size_t count);
  Result<void> for_parts(std::size_t count, const Part& part) const;

  // Computes all rows that have a value somewhere.
  Result<Matrix> compute(const Rows& rows, std::size_t steps, Tally& tally);

  // Selected series, kept as long as the query since labels point into them.
  Result<const SeriesList*> select(std::span<const Matcher> matchers, std::int64_t min_ms,
                                   std::int64_t max_ms);
  const SeriesList* keep(std::unique_ptr<SeriesList> list);

  LabelArena& arena() { return arena_; }
  Annotations& annotations() { return annotations_; }

  Plan plan;

 private:
  static constexpr std::uint64_t kStepsMax = 50'000'000;

  const Queryable& store_;
  const Features features_;
  const std::int64_t lookback_ms_;
  const std::int64_t subquery_step_ms_;
  const Clock& clock_;
  Parallel* const parallel_;
  const std::stop_token stop_;
  const Instant deadline_;
  SampleBudget budget_;
  SampleBudget cells_;
  LabelArena arena_;
  Annotations annotations_;
  std::vector<std::unique_ptr<SeriesList>> lists_;
};

// Series that have the same labels once their names are gone are one, if no step has two values.
Result<Matrix> merge_same_labels(Matrix matrix);
// Delayed name removal: the end of it.
Result<Matrix> remove_names(QueryState& query, Matrix matrix);
Error same_labels_error();

}  // namespace tributary::promql
