// Native histograms in the words of Prometheus' test scripts:
// {{schema:1 sum:3 count:22 z_bucket:2 z_bucket_w:0.001 buckets:[5 10 7] offset:-1}}.
//
// The arithmetic here is for series such as {{..}}+{{..}}x10 only, and independent of PromQL's,
// which the scripts judge.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/float_histogram.h"

namespace tributary::promql::testing {

struct HistogramText {
  FloatHistogram histogram;
  bool names_reset_hint = false;
};

// `text` from {{ to }}.
Result<HistogramText> parse_histogram(std::string_view text);

std::string to_text(const FloatHistogram& histogram);

// `base` plus (`sign` 1) or minus (-1) `other`, whose schema may be finer. Both have the same width
// of the zero bucket and the same custom bounds.
Result<FloatHistogram> combine(const FloatHistogram& base, const FloatHistogram& other,
                               double sign);

}  // namespace tributary::promql::testing
