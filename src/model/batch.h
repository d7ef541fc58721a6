// A Shape is an immutable, ordered list of series: what one source sent in one collection. A Batch
// is a shape, a time and a column of numbers, one per series of the shape.
//
// A shape is a list of runs of packed series (series_run.h). Consecutive batches of a source share
// one Shape object as long as it sends the same series in the same order, and a series that appears
// or goes changes the run where it stands; so whatever depends on identity alone is worked out once
// per run: compare shapes and runs by pointer.
//
// Threads: shapes and published batches never change; readers share them freely.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/histogram.h"
#include "model/labels.h"
#include "model/sample.h"
#include "model/series.h"
#include "model/series_run.h"

namespace tributary {

class Shape {
 public:
  explicit Shape(std::vector<SeriesRunPtr> runs);
  explicit Shape(std::span<const Series> series);  // cuts it into runs

  std::size_t size() const { return size_; }
  const std::vector<SeriesRunPtr>& runs() const { return runs_; }
  // For who works something out once, or shows it.
  std::vector<Series> unpack() const;

 private:
  std::vector<SeriesRunPtr> runs_;
  std::size_t size_ = 0;
};

using ShapePtr = std::shared_ptr<const Shape>;

// Cuts series into runs as they come.
class ShapeBuilder {
 public:
  void add(const Series& series);
  void add(const SeriesView& series);
  // The shape of what was added; the builder is empty afterwards.
  ShapePtr finish() { return std::make_shared<const Shape>(finish_runs()); }
  std::vector<SeriesRunPtr> finish_runs();

 private:
  void cut();

  SeriesRunBuilder run_;
  std::vector<SeriesRunPtr> runs_;
};

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

// Which series of a run another one is made of, by their index in it: output i is input gather[i].
using Gather = std::vector<std::uint16_t>;

// How one shape becomes another: its columns are those of the pieces one after the other. Every
// processor that looks at identity alone is such a map, worked out once per run.
struct ShapeMap {
  struct Piece {
    std::uint32_t from = 0;                // where it begins in the input
    std::uint32_t size = 0;                // in the output
    std::shared_ptr<const Gather> gather;  // relative to `from`; null: all in order
  };

  ShapePtr shape;
  std::vector<Piece> pieces;
};

// The batch that `map` makes of `batch`: columns gathered, side columns renumbered.
Batch apply(const ShapeMap& map, const Batch& batch);

}  // namespace tributary
