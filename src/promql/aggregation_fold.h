// Gathers the values of groups of series, step by step, one series after the other: what sum, avg,
// min, ... keep of the series that they have seen. Folds of parts of the series are merged in
// order.
//
// Threads: a fold is used by one at a time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "promql/annotations.h"
#include "promql/ast.h"
#include "promql/step_vector.h"

namespace tributary::promql {

class Fold {
 public:
  // Where a fold puts its notes, and what it may say of the series at hand.
  struct Notes {
    Annotations& annotations;
    Position position;  // of the aggregated expression
    std::string_view metric_name;
  };

  virtual ~Fold() = default;
  // Groups are numbered from 0; a new one is the next number.
  virtual void add_group() = 0;
  virtual void add(std::uint32_t group, RowView row, const Notes& notes) = 0;
  // Takes what `other`, of the same kind, has of its group `from`.
  virtual void merge(std::uint32_t into, Fold& other, std::uint32_t from) = 0;
  virtual void finish(std::uint32_t group, RowBuffer& out, const Notes& notes) = 0;
  // Its memory, in floats.
  virtual std::uint64_t cell_count() const = 0;
};

// For aggregations that make one value of all values of a group. `parameters`: of quantile, one per
// step.
std::unique_ptr<Fold> make_fold(Aggregator op, std::size_t steps,
                                const std::vector<double>& parameters);

}  // namespace tributary::promql
