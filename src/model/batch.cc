#include "model/batch.h"

#include <algorithm>

namespace tributary {
namespace {

// An input index may appear several times in `gather`, or not at all.
template <class T>
std::vector<Sparse<T>> gather_sparse(const std::vector<std::uint32_t>& gather,
                                     const std::vector<Sparse<T>>& column) {
  std::vector<Sparse<T>> out;
  if (column.empty()) return out;
  for (std::uint32_t to = 0; to < gather.size(); ++to) {
    auto at = std::lower_bound(
        column.begin(), column.end(), gather[to],
        [](const Sparse<T>& entry, std::uint32_t index) { return entry.index < index; });
    for (; at != column.end() && at->index == gather[to]; ++at) out.push_back({to, at->value});
  }
  return out;
}

}  // namespace

Batch apply(const ShapeMap& map, const Batch& batch) {
  Batch out;
  out.shape = map.shape;
  out.timestamp_ms = batch.timestamp_ms;
  out.values.reserve(map.gather.size());
  for (const std::uint32_t from : map.gather) out.values.push_back(batch.values[from]);
  out.timestamps = gather_sparse(map.gather, batch.timestamps);
  out.start_times = gather_sparse(map.gather, batch.start_times);
  out.histograms = gather_sparse(map.gather, batch.histograms);
  out.exemplars = gather_sparse(map.gather, batch.exemplars);
  return out;
}

}  // namespace tributary
