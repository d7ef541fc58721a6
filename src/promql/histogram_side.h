// One side of a native histogram on its way through arithmetic: spans, counts, and the compensation
// of the counts where a sum keeps one. For histogram_math alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/histogram.h"

namespace tributary::promql {

struct SideView {
  std::span<const BucketSpan> spans;
  std::span<const double> counts;
  std::span<const double> compensation;  // as many as counts, or empty: all zero
};

// Where a side is kept.
struct SideRef {
  std::vector<BucketSpan>& spans;
  std::vector<double>& counts;
  std::vector<double>* compensation;  // null: none is kept

  operator SideView() const;
};

// Builds a side from buckets in the order of their indexes.
class SideBuilder {
 public:
  // `compensated`: sums within a bucket are, too.
  explicit SideBuilder(bool compensated) : compensated_(compensated) {}

  void reserve(std::size_t buckets);
  // Adds to the bucket if it is the latest.
  void add(std::int64_t index, double count, double compensation);
  void append(std::int64_t index, double count, double compensation);
  SideView view() const { return {spans_, counts_, compensation_}; }
  void store(SideRef side) &&;

 private:
  const bool compensated_;
  std::int64_t next_index_ = 0;
  std::vector<BucketSpan> spans_;
  std::vector<double> counts_;
  std::vector<double> compensation_;
};

// The side with 2^shift buckets made one.
SideBuilder reduce_side(SideView side, std::uint32_t shift, bool compensated);
// Without empty buckets.
void compact_side(SideRef side);
// Adds `sign` times the buckets of `other` with indexes from `first_index` on.
void add_side(SideRef side, SideView other, double sign, std::int64_t first_index);

// Custom buckets: the bounds that both have, and a side's counts by such bounds.
std::vector<double> shared_bounds(std::span<const double> a, std::span<const double> b);
struct BoundCounts {
  explicit BoundCounts(std::size_t bounds) : counts(bounds + 1), compensation(bounds + 1) {}

  // Adds `sign` times the buckets of `side`, which end at `from`, into those that end at `to`.
  void add(SideView side, std::span<const double> from, std::span<const double> to, double sign);

  std::vector<double> counts;
  std::vector<double> compensation;
};

}  // namespace tributary::promql
