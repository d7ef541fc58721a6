// What a query gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"
#include "promql/ast.h"

namespace tributary::promql {

struct SeriesValue {
  Labels labels;
  std::vector<Sample> samples;  // exactly one in a vector
};

struct Value {
  ValueType type = ValueType::scalar;
  std::int64_t timestamp_ms = 0;  // of a scalar or string
  double scalar = 0;
  std::string string;
  std::vector<SeriesValue> series;  // of a vector or matrix, sorted by labels
};

}  // namespace tributary::promql
