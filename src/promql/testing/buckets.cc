#include "promql/testing/buckets.h"

#include <cstddef>

namespace tributary::promql::testing {

Buckets spell_out(std::span<const BucketSpan> spans, std::span<const double> counts) {
  Buckets buckets;
  std::int32_t index = 0;
  std::size_t at = 0;
  for (const BucketSpan& span : spans) {
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length && at < counts.size(); ++i) {
      buckets[index++] = counts[at++];
    }
  }
  return buckets;
}

void pack(const Buckets& buckets, std::vector<BucketSpan>& spans, std::vector<double>& counts) {
  spans.clear();
  counts.clear();
  std::int32_t next = 0;
  for (const auto& [index, count] : buckets) {
    if (spans.empty() || index != next) spans.push_back({index - next, 0});
    ++spans.back().length;
    counts.push_back(count);
    next = index + 1;
  }
}

Buckets coarsen(const Buckets& buckets, int steps) {
  Buckets coarse;
  // Bucket i covers (base^(i-1), base^i]: i goes to ceil(i / 2^steps).
  for (const auto& [index, count] : buckets) coarse[((index - 1) >> steps) + 1] += count;
  return coarse;
}

}  // namespace tributary::promql::testing
