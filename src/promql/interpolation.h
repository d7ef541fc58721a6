// The value between two samples, for smoothed selectors.
//
// Threads: pure functions, apart from the notes they are given.
#pragma once

#include <cstdint>
#include <optional>

#include "promql/function.h"

namespace tributary::promql {

// At a time from that of `a` to that of `b`, which differ. A counter that is lower at `b` began
// anew, at zero, at the time of `a`.
double interpolate(const Sample& a, const Sample& b, std::int64_t time_ms, bool is_counter);
// Nothing, with an annotation, where exponential and custom buckets meet.
std::optional<FloatHistogram> interpolate(const HistogramSample& a, const HistogramSample& b,
                                          std::int64_t time_ms, bool is_counter,
                                          FunctionNotes& notes);

}  // namespace tributary::promql
