// A series and its values in Prometheus' test scripts:
//
//   http_requests{job="api"}     1 2+3x4 _ _x2 stale {{sum:3 count:2}}x3
//   http_requests{job="api"}@st  _ -30s-1mx4     (start times, relative to the samples)
//
// `1x3` is 1 1 1 1, `1+2x3` is 1 3 5 7, `_x3` is three gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/float_histogram.h"
#include "model/labels.h"

namespace tributary::promql::testing {

struct SequenceValue {
  bool omitted = false;
  double value = 0;
  FloatHistogramPtr histogram;    // where there is one, in place of the value
  bool names_reset_hint = false;  // else the hint is not compared
};

std::string to_text(const SequenceValue& value);

struct SeriesText {
  Labels labels;  // without those of an empty value
  std::vector<SequenceValue> values;
};

Result<SeriesText> parse_series(std::string_view line);

struct StartsText {
  Labels labels;
  std::vector<std::optional<std::int64_t>> offsets_ms;
};

bool is_starts_line(std::string_view line);
Result<StartsText> parse_starts(std::string_view line);

}  // namespace tributary::promql::testing
