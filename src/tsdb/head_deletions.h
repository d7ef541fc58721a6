// What was deleted from the head: its chunks stay as they are until they go, and whoever reads them
// leaves out what lies in a deleted stretch of time of its series.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "model/queryable.h"
#include "tsdb/chunk.h"
#include "tsdb/tombstones.h"

namespace tributary::tsdb {

class HeadDeletions {
 public:
  // By packed labels.
  using BySeries = std::map<std::string, Intervals, std::less<>>;
  using View = std::shared_ptr<const BySeries>;  // null where nothing was deleted

  struct Deletion {
    std::string packed_labels;
    Interval interval;
  };
  void add(std::span<const Deletion> deletions);
  // Forgets what was deleted before: it is not in the head any more.
  void truncate(std::int64_t min_ms);
  View view() const;

 private:
  mutable std::mutex mutex_;
  View view_;
};

// The same without what was deleted.
std::unique_ptr<Querier> without_deleted(std::unique_ptr<Querier> querier,
                                         HeadDeletions::View deleted);
std::unique_ptr<ChunkSeriesStream> without_deleted(std::unique_ptr<ChunkSeriesStream> series,
                                                   HeadDeletions::View deleted);

}  // namespace tributary::tsdb
