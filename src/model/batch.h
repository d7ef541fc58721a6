// A Shape is an immutable, ordered list of series: what one source sent in one collection. A Batch
// is a shape, a time and a column of numbers, one per series of the shape.
//
// Consecutive batches of a source share one Shape object as long as it sends the same series in the
// same order, so whatever depends on identity alone is worked out once per shape: compare shapes by
// pointer. A series that appears or goes makes a new shape.
//
// Threads: shapes and published batches never change; readers share them freely.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/histogram.h"
#include "model/labels.h"
#include "model/sample.h"
#include "model/series.h"

namespace tributary {

class Shape {
 public:
  explicit Shape(std::vector<SeriesPtr> series) : series_(std::move(series)) {}

  std::size_t size() const { return series_.size(); }
  const Series& operator[](std::size_t index) const { return *series_[index]; }
  const std::vector<SeriesPtr>& series() const { return series_; }

 private:
  std::vector<SeriesPtr> series_;
};

using ShapePtr = std::shared_ptr<const Shape>;

struct Exemplar {
  Labels labels;
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;

  bool operator==(const Exemplar&) const = default;
};

// A value that few series of a batch have, by the series' index in the shape.
template <class T>
struct Sparse {
  std::uint32_t index;
  T value;
};

struct Batch {
  ShapePtr shape;
  std::int64_t timestamp_ms = 0;
  std::vector<double> values;  // one per series; unused where there is a native histogram

  // Side columns, each sorted by index, mostly empty.
  std::vector<Sparse<std::int64_t>> timestamps;   // samples with a time of their own, ms
  std::vector<Sparse<std::int64_t>> start_times;  // ms
  std::vector<Sparse<NativeHistogram>> histograms;
  std::vector<Sparse<Exemplar>> exemplars;  // several per index are possible

  std::size_t size() const { return values.size(); }
};

using BatchPtr = std::shared_ptr<const Batch>;

// How one shape becomes another: output series i is made from input series gather[i]. Every
// processor that looks at identity alone is such a map, worked out once per shape.
struct ShapeMap {
  ShapePtr shape;
  std::vector<std::uint32_t> gather;
};

// The batch that `map` makes of `batch`: columns gathered, side columns renumbered.
Batch apply(const ShapeMap& map, const Batch& batch);

}  // namespace tributary
