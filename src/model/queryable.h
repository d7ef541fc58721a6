// How PromQL and the query API read a store, whatever stands behind it: select series by matchers,
// read their samples, list label names and values.
//
// Times are milliseconds, both ends inclusive. Every answer is sorted: series by labels, names and
// values by bytes.
//
// Threads: a Queryable may be used from any thread; a Querier by one at a time; a SeriesList is
// read by any number of threads at once. A Querier sees what was stored when it was made, and
// possibly what comes later. Lists may outlive their Querier, not the Queryable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/float_histogram.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/packed_labels.h"
#include "model/sample.h"

namespace tributary {

struct HistogramSample {
  std::int64_t timestamp_ms = 0;
  FloatHistogramPtr histogram;
};

// The samples of one series in a stretch of time, oldest first; a time stands in one of the two
// lists only. Staleness markers are included.
struct SeriesSamples {
  std::vector<Sample> floats;
  std::vector<HistogramSample> histograms;
  // When the counters began, parallel to the lists, 0 where unknown; empty where the store keeps no
  // start times at all.
  std::vector<std::int64_t> float_starts_ms;
  std::vector<std::int64_t> histogram_starts_ms;

  void clear() {
    floats.clear();
    histograms.clear();
    float_starts_ms.clear();
    histogram_starts_ms.clear();
  }
};

// The series that a selector found.
class SeriesList {
 public:
  virtual ~SeriesList() = default;
  virtual std::size_t size() const = 0;
  // Valid as long as the list.
  virtual LabelsView labels(std::size_t series) const = 0;
  // Appends the samples of the querier's time range. Fails with corruption where stored bytes do
  // not decode.
  virtual Result<void> read(std::size_t series, SeriesSamples& out) const = 0;
};

class Querier {
 public:
  virtual ~Querier() = default;

  // Series that match and have a sample in the time range (a store may give some that have none).
  virtual Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const = 0;
  // Names of, and values of `name` in, the series that match; all series where there is no matcher.
  virtual Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const = 0;
  virtual Result<std::vector<std::string>> label_values(
      std::string_view name, std::span<const Matcher> matchers) const = 0;
};

class Queryable {
 public:
  virtual ~Queryable() = default;
  virtual Result<std::unique_ptr<Querier>> querier(std::int64_t min_ms,
                                                   std::int64_t max_ms) const = 0;
};

}  // namespace tributary
