#include "promql/query_state.h"

#include <algorithm>
#include <optional>

#include "promql/parallel.h"

namespace tributary::promql {
namespace {

constexpr std::uint64_t kCellsPerSample = 2;
constexpr std::uint64_t kCellsMin = 1U << 20;

constexpr std::size_t kPartRowsMin = 512;
constexpr std::size_t kPartsMax = 32;

// Moves `row` into `into`, which has the same labels.
Result<void> merge_row(Matrix& matrix, MatrixRow& into, const MatrixRow& row) {
  matrix.widen(into);
  for (std::size_t step = row.begin; step < row.end; ++step) {
    if (!row.has(step)) continue;
    if (into.has(step)) return same_labels_error();
    if (const FloatHistogramPtr* histogram = row.histogram(step)) {
      matrix.set(into, step, *histogram);
    } else {
      matrix.set(into, step, row.value(step));
    }
  }
  return {};
}

}  // namespace

std::int64_t saturating_subtract(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_sub_overflow(a, b, &out)) return a < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  if (__builtin_add_overflow(a, b, &out)) return a < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

QueryState::QueryState(const Queryable& store, const EngineOptions& engine,
                       const QueryOptions& options, const Clock& clock, Parallel* parallel)
    : store_(store),
      features_(engine.features),
      lookback_ms_(to_ms(options.lookback.value_or(engine.lookback))),
      subquery_step_ms_(std::max<std::int64_t>(1, to_ms(engine.subquery_step))),
      clock_(clock),
      parallel_(parallel),
      stop_(options.stop),
      deadline_(clock.monotonic() + std::chrono::duration_cast<Instant::duration>(std::min(
                                        engine.timeout, options.timeout.value_or(engine.timeout)))),
      budget_(engine.samples_max, options.owner_budget),
      cells_(engine.samples_max == 0 ? 0
                                     : std::max(engine.samples_max * kCellsPerSample, kCellsMin)) {}

Result<void> QueryState::check() const {
  if (stop_.stop_requested()) {
    return Error(Code::cancelled, "query was canceled in expression evaluation");
  }
  if (clock_.monotonic() > deadline_) {
    return Error(Code::timeout, "query timed out in expression evaluation");
  }
  return {};
}

Result<void> QueryState::check(Worker& worker) {
  const std::uint64_t computed = std::exchange(worker.computed, 0);
  worker.held += computed;
  if (!budget_.hold(computed) || !budget_.fits(worker.window_max)) return too_many_samples();
  return check();
}

Error QueryState::too_many_samples() {
  return Error(Code::limit_exceeded,
               "query processing would load too many samples into memory in query execution");
}

std::size_t QueryState::part_count(std::size_t count) {
  return std::clamp<std::size_t>(count / kPartRowsMin, 1, kPartsMax);
}

Result<void> QueryState::for_parts(std::size_t count, const Part& part) const {
  const std::size_t parts = part_count(count);
  std::vector<std::optional<Error>> errors(parts);
  std::atomic<bool> failed = false;
  const auto run = [&](std::size_t number) {
    if (failed.load(std::memory_order_relaxed)) return;
    const std::size_t begin = count * number / parts;
    const std::size_t end = count * (number + 1) / parts;
    if (auto done = part(number, begin, end); !done) {
      errors[number] = std::move(done).error();
      failed.store(true, std::memory_order_relaxed);
    }
  };
  if (parallel_ != nullptr && parts > 1) {
    parallel_->run(parts, run);
  } else {
    for (std::size_t number = 0; number < parts; ++number) run(number);
  }
  for (std::optional<Error>& error : errors) {
    if (error) return std::move(*error);
  }
  return {};
}

Result<Matrix> QueryState::compute(const Rows& rows, std::size_t steps, Tally& tally) {
  const std::size_t parts = part_count(rows.size());
  std::vector<Matrix> matrices;
  std::vector<Worker> workers;
  for (std::size_t i = 0; i < parts; ++i) {
    matrices.emplace_back(steps);
    workers.emplace_back(tally.per_step.size());
  }
  auto done = for_parts(rows.size(),
                        [&](std::size_t part, std::size_t begin, std::size_t end) -> Result<void> {
                          Worker& worker = workers[part];
                          for (std::size_t i = begin; i < end; ++i) {
                            TRIBUTARY_TRY(const RowView row, rows.compute(i, worker));
                            if (i % kRowsPerCheck == 0) {
                              if (auto checked = check(worker); !checked) return checked;
                            }
                            if (row.empty()) continue;
                            matrices[part].add(rows.labels(i), rows.drops_name(i), row);
                            const MatrixRow& added = matrices[part].rows().back();
                            worker.cells += added.end - added.begin;
                            if (!cells_.hold(added.end - added.begin)) return too_many_samples();
                          }
                          worker.release();
                          return check(worker);
                        });
  Matrix out = std::move(matrices.front());
  for (std::size_t i = 1; i < parts; ++i) out.append(std::move(matrices[i]));
  for (Worker& worker : workers) {
    out.keep(Hold(budget_, worker.held));
    out.keep(Hold(cells_, worker.cells));
    annotations_.merge(worker.annotations);
    tally.merge(worker.tally);
  }
  if (!done) return done.error();
  if (rows.strips_metadata()) {
    for (MatrixRow& row : out.mutable_rows()) row.labels = strip_metadata(row.labels, arena_);
  }
  return out;
}

Result<const SeriesList*> QueryState::select(std::span<const Matcher> matchers, std::int64_t min_ms,
                                             std::int64_t max_ms) {
  TRIBUTARY_TRY(const auto querier, store_.querier(min_ms, max_ms));
  TRIBUTARY_TRY(auto list, querier->select(matchers));
  return keep(std::move(list));
}

const SeriesList* QueryState::keep(std::unique_ptr<SeriesList> list) {
  lists_.push_back(std::move(list));
  return lists_.back().get();
}

Error same_labels_error() {
  return Error(Code::execution, "vector cannot contain metrics with the same labelset");
}

Result<Matrix> remove_names(QueryState& query, Matrix matrix) {
  for (MatrixRow& row : matrix.mutable_rows()) {
    if (row.drops_name) row.labels = strip_metadata(row.labels, query.arena());
  }
  return merge_same_labels(std::move(matrix));
}

Result<Matrix> merge_same_labels(Matrix matrix) {
  LabelTable table;
  std::vector<MatrixRow>& rows = matrix.mutable_rows();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t id = table.add(rows[i].labels.packed());
    if (id == kept) {
      rows[kept++] = rows[i];
    } else if (auto done = merge_row(matrix, rows[id], rows[i]); !done) {
      return done.error();
    }
  }
  rows.resize(kept);
  return matrix;
}

}  // namespace tributary::promql
