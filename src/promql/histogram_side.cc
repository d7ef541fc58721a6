#include "promql/histogram_side.h"

#include <algorithm>
#include <limits>

#include "promql/histogram_buckets.h"
#include "promql/numeric.h"

namespace tributary::promql {
namespace {

double compensation_at(SideView side, std::size_t position) {
  return side.compensation.empty() ? 0 : side.compensation[position];
}

void accumulate(double value, double value_compensation, double& sum, double* compensation) {
  if (compensation == nullptr) {
    sum += value;
    return;
  }
  compensated_add(value, sum, *compensation);
  if (value_compensation != 0) compensated_add(value_compensation, sum, *compensation);
}

// The most frequent case: both have the same buckets.
bool add_to_same_buckets(SideRef side, SideView other, double sign, std::int64_t first_index) {
  if (side.counts.size() != other.counts.size()) return false;
  if (!std::ranges::equal(side.spans, other.spans)) return false;
  if (!other.spans.empty() && other.spans.front().offset < first_index) return false;
  if (side.compensation == nullptr) {
    for (std::size_t i = 0; i < other.counts.size(); ++i) side.counts[i] += sign * other.counts[i];
    return true;
  }
  for (std::size_t i = 0; i < other.counts.size(); ++i) {
    accumulate(sign * other.counts[i], sign * compensation_at(other, i), side.counts[i],
               &(*side.compensation)[i]);
  }
  return true;
}

}  // namespace

SideRef::operator SideView() const {
  return {spans, counts, compensation == nullptr ? std::span<const double>() : *compensation};
}

void SideBuilder::reserve(std::size_t buckets) {
  counts_.reserve(buckets);
  if (compensated_) compensation_.reserve(buckets);
}

void SideBuilder::add(std::int64_t index, double count, double compensation) {
  if (spans_.empty() || index != next_index_ - 1) {
    append(index, count, compensation);
  } else if (!compensated_) {
    counts_.back() += count;
  } else {
    compensated_add(count, counts_.back(), compensation_.back());
    compensated_add(compensation, counts_.back(), compensation_.back());
  }
}

void SideBuilder::append(std::int64_t index, double count, double compensation) {
  if (!spans_.empty() && index == next_index_) {
    ++spans_.back().length;
  } else {
    spans_.push_back({static_cast<std::int32_t>(index - next_index_), 1});
  }
  next_index_ = index + 1;
  counts_.push_back(count);
  if (compensated_) compensation_.push_back(compensation);
}

void SideBuilder::store(SideRef side) && {
  side.spans = std::move(spans_);
  side.counts = std::move(counts_);
  if (side.compensation != nullptr) *side.compensation = std::move(compensation_);
}

SideBuilder reduce_side(SideView side, std::uint32_t shift, bool compensated) {
  SideBuilder out(compensated);
  for (BucketCursor cursor(side.spans, side.counts); cursor.next();) {
    const std::int64_t index = ((cursor.index() - 1) >> std::min(shift, 63U)) + 1;
    out.add(index, cursor.count(), compensation_at(side, cursor.position()));
  }
  return out;
}

void compact_side(SideRef side) {
  const SideView view = side;
  const auto is_empty = [&view](std::size_t position) {
    return view.counts[position] == 0 && compensation_at(view, position) == 0;
  };
  SideBuilder out(side.compensation != nullptr);
  out.reserve(view.counts.size());
  for (BucketCursor cursor(view.spans, view.counts); cursor.next();) {
    if (is_empty(cursor.position())) continue;
    out.append(cursor.index(), cursor.count(), compensation_at(view, cursor.position()));
  }
  std::move(out).store(side);
}

void add_side(SideRef side, SideView other, double sign, std::int64_t first_index) {
  if (other.counts.empty() || add_to_same_buckets(side, other, sign, first_index)) return;

  const bool compensated = side.compensation != nullptr;
  const SideView own = side;
  SideBuilder out(compensated);
  out.reserve(own.counts.size() + other.counts.size());
  constexpr std::int64_t kNoMore = std::numeric_limits<std::int64_t>::max();
  BucketCursor a(own.spans, own.counts);
  BucketCursor b(other.spans, other.counts);
  const auto advance = [](BucketCursor& cursor) {
    return cursor.next() ? cursor.index() : kNoMore;
  };
  std::int64_t at_a = advance(a);
  std::int64_t at_b = advance(b);
  while (at_b < first_index) at_b = advance(b);
  while (at_a != kNoMore || at_b != kNoMore) {
    if (at_a > at_b) {
      out.append(at_b, sign * b.count(), sign * compensation_at(other, b.position()));
      at_b = advance(b);
      continue;
    }
    double count = a.count();
    double compensation = compensation_at(own, a.position());
    if (at_a == at_b) {
      accumulate(sign * b.count(), sign * compensation_at(other, b.position()), count,
                 compensated ? &compensation : nullptr);
      at_b = advance(b);
    }
    out.append(at_a, count, compensation);
    at_a = advance(a);
  }
  std::move(out).store(side);
}

std::vector<double> shared_bounds(std::span<const double> a, std::span<const double> b) {
  std::vector<double> out;
  std::ranges::set_intersection(a, b, std::back_inserter(out));
  return out;
}

void BoundCounts::add(SideView side, std::span<const double> from, std::span<const double> to,
                      double sign) {
  std::size_t target = 0;
  for (BucketCursor cursor(side.spans, side.counts); cursor.next();) {
    const auto source = static_cast<std::size_t>(std::max<std::int64_t>(cursor.index(), 0));
    if (source < from.size()) {
      while (target < to.size() && to[target] < from[source]) ++target;
    } else {
      target = to.size();
    }
    compensated_add(sign * cursor.count(), counts[target], compensation[target]);
    const double extra = compensation_at(side, cursor.position());
    if (extra != 0) compensated_add(sign * extra, counts[target], compensation[target]);
  }
}

}  // namespace tributary::promql
