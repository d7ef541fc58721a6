#include "model/batch.h"

#include <algorithm>
#include <iterator>

namespace tributary {
namespace {

template <class T>
auto find_from(const std::vector<Sparse<T>>& column, std::uint32_t index) {
  return std::lower_bound(
      column.begin(), column.end(), index,
      [](const Sparse<T>& entry, std::uint32_t at) { return entry.index < at; });
}

// An input index may appear several times in a gather, or not at all.
template <class T>
std::vector<Sparse<T>> gather_sparse(const ShapeMap& map, const std::vector<Sparse<T>>& column) {
  std::vector<Sparse<T>> out;
  if (column.empty()) return out;
  std::uint32_t to = 0;
  for (const ShapeMap::Piece& piece : map.pieces) {
    if (piece.gather == nullptr) {
      for (auto at = find_from(column, piece.from);
           at != column.end() && at->index < piece.from + piece.size; ++at)
        out.push_back({at->index - piece.from + to, at->value});
      to += piece.size;
      continue;
    }
    for (const std::uint16_t offset : *piece.gather) {
      const std::uint32_t from = piece.from + offset;
      for (auto at = find_from(column, from); at != column.end() && at->index == from; ++at)
        out.push_back({to, at->value});
      ++to;
    }
  }
  return out;
}

void gather_values(const ShapeMap& map, const std::vector<double>& from, std::vector<double>& out) {
  out.resize(map.shape->size());
  double* to = out.data();
  for (const ShapeMap::Piece& piece : map.pieces) {
    const double* const begin = from.data() + piece.from;
    if (piece.gather == nullptr) {
      to = std::copy_n(begin, piece.size, to);
    } else {
      for (const std::uint16_t offset : *piece.gather) *to++ = begin[offset];
    }
  }
}

}  // namespace

Shape::Shape(std::vector<SeriesRunPtr> runs) : runs_(std::move(runs)) {
  for (const SeriesRunPtr& run : runs_) size_ += run->size();
}

Shape::Shape(std::span<const Series> series) : size_(series.size()) {
  ShapeBuilder builder;
  for (const Series& one : series) builder.add(one);
  runs_ = builder.finish_runs();
}

std::vector<Series> Shape::unpack() const {
  std::vector<Series> out;
  out.reserve(size_);
  for (const SeriesRunPtr& run : runs_) {
    SeriesRunReader reader(*run);
    while (reader.next()) out.push_back(reader.series());
  }
  return out;
}

void ShapeBuilder::cut() { runs_.push_back(run_.finish()); }

void ShapeBuilder::add(const Series& series) {
  run_.add(series);
  if (run_.size() == SeriesRun::kSeriesAim) cut();
}

void ShapeBuilder::add(const SeriesView& series) {
  run_.add(series);
  if (run_.size() == SeriesRun::kSeriesAim) cut();
}

std::vector<SeriesRunPtr> ShapeBuilder::finish_runs() {
  if (run_.size() > 0) cut();
  runs_.shrink_to_fit();
  return std::exchange(runs_, {});
}

Batch apply(const ShapeMap& map, const Batch& batch) {
  Batch out;
  out.shape = map.shape;
  out.timestamp_ms = batch.timestamp_ms;
  gather_values(map, batch.values, out.values);
  out.timestamps = gather_sparse(map, batch.timestamps);
  out.start_times = gather_sparse(map, batch.start_times);
  out.histograms = gather_sparse(map, batch.histograms);
  out.exemplars = gather_sparse(map, batch.exemplars);
  return out;
}

}  // namespace tributary
