// What a query gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/labels.h"
#include "model/queryable.h"
#include "promql/annotations.h"
#include "promql/ast.h"

namespace tributary::promql {

struct SeriesValue {
  Labels labels;
  // In a vector exactly one sample in one of the two; in a matrix any number, oldest first.
  std::vector<Sample> floats;
  std::vector<HistogramSample> histograms;
};

// For `stats=all`: samples as Prometheus counts them (a histogram by its size in floats / 16).
struct QueryStats {
  std::uint64_t total_samples = 0;
  std::uint64_t peak_samples = 0;
  std::vector<std::uint64_t> samples_per_step;  // where asked for
};

struct Value {
  ValueType type = ValueType::scalar;
  std::int64_t timestamp_ms = 0;  // of a scalar or string
  double scalar = 0;
  std::string string;
  // Of a vector or matrix. A matrix is sorted by labels; so is a vector, unless the query sorts
  // (sort, sort_by_label, topk, ...).
  std::vector<SeriesValue> series;
  Annotations annotations;
  QueryStats stats;
};

}  // namespace tributary::promql
