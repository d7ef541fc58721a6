// The buckets of one side of a native histogram, spelled out: index to count.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "model/float_histogram.h"

namespace tributary::promql::testing {

using Buckets = std::map<std::int32_t, double>;

// Empty buckets included.
Buckets spell_out(std::span<const BucketSpan> spans, std::span<const double> counts);

// As spans, one for each run of indexes.
void pack(const Buckets& buckets, std::vector<BucketSpan>& spans, std::vector<double>& counts);

// The indexes of a schema coarser by `steps`.
Buckets coarsen(const Buckets& buckets, int steps);

}  // namespace tributary::promql::testing
