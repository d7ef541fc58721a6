// Remote write 2.0: the protobuf message io.prometheus.write.v2.Request (hub-spec.md 4.4). Texts
// stand once, in a table of symbols, and series refer to them by number; metadata comes with the
// series.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "remote/write_request.h"

namespace tributary::remote {

class WriteRequestV2Visitor {
 public:
  virtual ~WriteRequestV2Visitor() = default;
  // `label_bytes` is empty: numbers of symbols mean nothing beyond their request. The metadata's
  // family is the series' metric name without what its type adds (_bucket, _sum, _count).
  virtual void on_series(const SeriesView& series, const MetadataRef& metadata) = 0;
  // A series that refers to symbols that are not there; the others are good.
  virtual void on_broken_series(std::string problem, std::size_t points) = 0;
};

struct DecodeLimitsV2 : DecodeLimits {
  std::size_t symbols_max = 2'000'000;
};

// Shows the series in their order. A fault ends the walk after parts before it were shown: what
// they led to must then be undone.
Result<void> decode_write_request_v2(std::string_view message, const DecodeLimitsV2& limits,
                                     WriteRequestV2Visitor& visitor);

}  // namespace tributary::remote
