#include "tsdb/histogram_layout.h"

namespace tributary::tsdb {
namespace {

// Counts of damaged chunks may overflow; they wrap, as in Go.
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

void append_bucket(BucketSpans& spans, std::int64_t index, std::int64_t& next) {
  if (!spans.empty() && index == next) {
    ++spans.back().length;
  } else {
    spans.push_back({static_cast<std::int32_t>(index - next), 1});
  }
  next = index + 1;
}

}  // namespace

std::size_t count_buckets(std::span<const BucketSpan> spans) {
  std::size_t count = 0;
  for (const BucketSpan& span : spans) count += span.length;
  return count;
}

std::vector<std::int64_t> bucket_indexes(std::span<const BucketSpan> spans) {
  std::vector<std::int64_t> indexes;
  indexes.reserve(count_buckets(spans));
  std::int64_t next = 0;
  for (const BucketSpan& span : spans) {
    next += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i) indexes.push_back(next++);
  }
  return indexes;
}

MergedLayout merge_layouts(std::span<const BucketSpan> left, std::span<const BucketSpan> right) {
  const std::vector<std::int64_t> a = bucket_indexes(left);
  const std::vector<std::int64_t> b = bucket_indexes(right);
  MergedLayout out;
  out.left_at.reserve(a.size());
  out.right_at.reserve(b.size());
  std::int64_t next = 0;
  while (out.left_at.size() < a.size() || out.right_at.size() < b.size()) {
    const std::size_t i = out.left_at.size();
    const std::size_t j = out.right_at.size();
    const bool take_left = i < a.size() && (j == b.size() || a[i] <= b[j]);
    const bool take_right = j < b.size() && (i == a.size() || b[j] <= a[i]);
    append_bucket(out.spans, take_left ? a[i] : b[j], next);
    if (take_left) out.left_at.push_back(out.buckets);
    if (take_right) out.right_at.push_back(out.buckets);
    ++out.buckets;
  }
  return out;
}

std::vector<std::int64_t> to_counts(std::span<const std::int64_t> deltas) {
  std::vector<std::int64_t> counts;
  counts.reserve(deltas.size());
  std::int64_t count = 0;
  for (const std::int64_t delta : deltas) counts.push_back(count = plus(count, delta));
  return counts;
}

std::vector<std::int64_t> to_deltas(std::span<const std::int64_t> counts) {
  std::vector<std::int64_t> deltas;
  deltas.reserve(counts.size());
  std::int64_t before = 0;
  for (const std::int64_t count : counts) {
    deltas.push_back(minus(count, before));
    before = count;
  }
  return deltas;
}

}  // namespace tributary::tsdb
