// A store in memory for tests, which keeps native histograms' reset hints as Prometheus' database
// does: samples follow each other in chunks, and inside a chunk of counters there is no reset.
//
// Threads: fill it, then read it from any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/result.h"
#include "model/labels.h"
#include "model/queryable.h"

namespace tributary::promql::testing {

class MemoryStore final : public Queryable {
 public:
  // Later than every sample of the series. `start_ms`: when the counter began, 0 where unknown. A
  // staleness marker after a histogram becomes one of a histogram.
  Result<void> append(const Labels& labels, Sample sample, std::int64_t start_ms = 0);
  Result<void> append(const Labels& labels, std::int64_t timestamp_ms,
                      const FloatHistogram& histogram, std::int64_t start_ms = 0);
  void clear() { series_.clear(); }

  struct Series {
    std::string packed;
    SeriesSamples samples;
    std::int64_t newest_ms = 0;
    bool newest_is_histogram = false;
    bool knows_starts = false;
  };
  const std::map<Labels, Series>& series() const { return series_; }

  Result<std::unique_ptr<Querier>> querier(std::int64_t min_ms, std::int64_t max_ms) const override;

 private:
  Result<Series*> series_for(const Labels& labels, std::int64_t timestamp_ms);

  std::map<Labels, Series> series_;
};

}  // namespace tributary::promql::testing
