// Turns the classic histograms that a script loads into native ones with custom buckets, as
// `load_with_nhcb` asks (Prometheus, util/convertnhcb).
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "base/result.h"
#include "model/float_histogram.h"
#include "model/labels.h"
#include "promql/testing/script.h"

namespace tributary::promql::testing {

using HistogramsByTime = std::map<std::int64_t, FloatHistogram>;

// Of the series that end in _bucket, _sum and _count: the histogram without the ending and le.
Result<std::map<Labels, HistogramsByTime>> to_custom_buckets(const LoadCommand& load);

}  // namespace tributary::promql::testing
