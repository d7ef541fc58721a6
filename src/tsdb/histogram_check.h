// Whether a histogram that somebody sent is well formed.
#pragma once

#include "base/result.h"
#include "model/histogram.h"

namespace tributary::tsdb {

// A known schema, spans in order, a count for each bucket and none below zero, a total that is
// their sum, sane custom bounds. Messages are Prometheus'.
Result<void> check_histogram(const NativeHistogram& histogram);

}  // namespace tributary::tsdb
