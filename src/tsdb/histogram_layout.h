// Which buckets a histogram has, as spans, and how two such layouts become one that has the buckets
// of both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/histogram.h"

namespace tributary::tsdb {

using BucketSpans = std::vector<BucketSpan>;

std::size_t count_buckets(std::span<const BucketSpan> spans);
// The index of each bucket.
std::vector<std::int64_t> bucket_indexes(std::span<const BucketSpan> spans);

struct MergedLayout {
  BucketSpans spans;
  // Where the buckets of each side stand among those of both.
  std::vector<std::size_t> left_at;
  std::vector<std::size_t> right_at;
  std::size_t buckets = 0;

  bool left_lacks() const { return left_at.size() < buckets; }
  bool right_lacks() const { return right_at.size() < buckets; }
};

MergedLayout merge_layouts(std::span<const BucketSpan> left, std::span<const BucketSpan> right);

// Counts at their places among `buckets`, zero elsewhere.
template <class T>
std::vector<T> spread(const std::vector<T>& counts, const std::vector<std::size_t>& at,
                      std::size_t buckets) {
  std::vector<T> out(buckets);
  for (std::size_t i = 0; i < counts.size(); ++i) out[at[i]] = counts[i];
  return out;
}

// Between counts and the differences of neighbours, which is how integer histograms are kept.
std::vector<std::int64_t> to_counts(std::span<const std::int64_t> deltas);
std::vector<std::int64_t> to_deltas(std::span<const std::int64_t> counts);

}  // namespace tributary::tsdb
