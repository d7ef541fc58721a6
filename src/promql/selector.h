// Selectors: series out of the store, at times that offset and @ move.
//
// Threads: as evaluator.h.
#pragma once

#include <memory>
#include <optional>

#include "promql/evaluator.h"

namespace tributary::promql {

// Which time a selector looks at when the query is at `time_ms`.
struct SelectorTime {
  std::optional<std::int64_t> at_ms;  // @
  std::int64_t offset_ms = 0;

  std::int64_t of(std::int64_t time_ms) const {
    return saturating_subtract(at_ms.value_or(time_ms), offset_ms);
  }
};

// The steps [begin, end) that may see samples from `first_ms` to `last_ms`, where a step sees those
// from `before_ms` before its time to `after_ms` after it.
struct StepRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
StepRange steps_that_see(const Grid& grid, const SelectorTime& time, std::int64_t first_ms,
                         std::int64_t last_ms, std::int64_t before_ms, std::int64_t after_ms);
// The times of the first and last of some samples, not both lists empty.
std::pair<std::int64_t, std::int64_t> span_of(const SeriesSamples& samples);

// Once preprocessed: @ start() and @ end() are timestamps, durations are known.
SelectorTime selector_time(const AtModifier& at, const DurationValue& offset);

// What a selector's row shows of the sample that it found.
enum class SampleAspect : std::uint8_t { value, time, start_time };

Result<RowsPtr> select_instant(Evaluator& evaluator, const Expression& selector);
Result<RowsPtr> select_instant(Evaluator& evaluator, const Expression& selector,
                               SampleAspect aspect);

// Rows of the newest sample in the lookback of each step, of `list`.
RowsPtr instant_rows(Evaluator& evaluator, const SeriesList& list, SelectorTime time,
                     SampleAspect aspect, bool counts_only = false);

// `selector smoothed`: values between two samples are on the line between them.
Result<RowsPtr> select_smoothed(Evaluator& evaluator, const Expression& selector);

// The series of a range vector, each with samples for all steps.
struct RangeSource {
  const SeriesList* list = nullptr;
  std::shared_ptr<const SeriesList> owned;  // of a subquery
  std::vector<bool> drops_name;             // of a subquery; else empty
  SelectorTime time;
  std::int64_t range_ms = 0;
  bool anchored = false;
  bool smoothed = false;
  bool counts_only = false;
};

// `expression`: a matrix selector or a subquery.
Result<RangeSource> select_range(Evaluator& evaluator, const Expression& expression);

// subquery.cc
Result<RangeSource> evaluate_subquery(Evaluator& evaluator, const Subquery& subquery);
// The subquery's points themselves, with the times they stand at.
struct SubqueryPoints {
  Matrix matrix;
  Grid grid;
};
Result<SubqueryPoints> subquery_points(Evaluator& evaluator, const Subquery& subquery,
                                       Tally& tally);

// Removes staleness markers.
void drop_stale(SeriesSamples& samples);
// Leaves of histograms count and sum, and whether the counters began anew since the one before.
void keep_counts(std::vector<HistogramSample>& histograms);

}  // namespace tributary::promql
