// How PromQL and the query API read a store, whatever stands behind it: select series by matchers,
// read their samples, list label names and values.
//
// Times are milliseconds, both ends inclusive. Every answer is sorted: series by labels, names and
// values by bytes.
//
// Threads: a Queryable may be used from any thread; a Querier and its SeriesSets by one at a time.
// A Querier sees what was stored when it was made, and possibly what comes later.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace tributary {

// Walks the selected series: `while (set->next()) { set->labels(); set->read(samples); }`.
class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  virtual bool next() = 0;
  // Of the current series; valid until the next call of `next`.
  virtual const Labels& labels() const = 0;
  // Appends the samples of the current series in the querier's time range, oldest first, staleness
  // markers included. Fails with corruption where stored bytes do not decode.
  virtual Result<void> read(std::vector<Sample>& out) = 0;
};

class Querier {
 public:
  virtual ~Querier() = default;

  // Series that match and have a sample in the time range (a store may give some that have none).
  virtual Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers) const = 0;
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
