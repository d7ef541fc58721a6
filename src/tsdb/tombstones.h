// What was deleted from a block without writing it anew: stretches of time per series, in the
// block's file `tombstones` (hub-spec.md 5.6).
//
// Threads: none of its own; never changed once shared.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/queryable.h"

namespace tributary::tsdb {

// Both ends inclusive.
struct Interval {
  std::int64_t min_ms = 0;
  std::int64_t max_ms = 0;

  bool operator==(const Interval&) const = default;
};

// Sorted; none touches another.
using Intervals = std::vector<Interval>;

void add_interval(Intervals& intervals, Interval added);
bool contains(std::span<const Interval> intervals, std::int64_t ms);
// Whether all of `stretch` is in one of them.
bool covers(std::span<const Interval> intervals, Interval stretch);
bool touches(std::span<const Interval> intervals, Interval stretch);
// Drops what lies in them from the samples after the first `kept_floats` and `kept_histograms`.
void erase_deleted(std::span<const Interval> intervals, std::size_t kept_floats,
                   std::size_t kept_histograms, SeriesSamples& samples);

class Tombstones {
 public:
  void add(std::uint64_t series_ref, Interval interval) {
    add_interval(by_series_[series_ref], interval);
  }
  // Empty where nothing was deleted.
  std::span<const Interval> of(std::uint64_t series_ref) const;

  bool empty() const { return by_series_.empty(); }
  std::size_t series() const { return by_series_.size(); }
  std::uint64_t intervals() const;

  // The file's bytes. `path` is for messages.
  std::string encode() const;
  static Result<Tombstones> decode(std::string_view bytes, const std::string& path);

  bool operator==(const Tombstones&) const = default;

 private:
  std::map<std::uint64_t, Intervals> by_series_;
};

}  // namespace tributary::tsdb
