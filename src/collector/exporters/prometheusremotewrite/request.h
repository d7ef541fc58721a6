// Batches become remote-write requests: encoded, compressed, and small enough
// for the other side.
//
// A batch is written into the request that is open as soon as it is added, so
// nothing of it is kept, and the samples of a series stand in the order of
// their arrival.
//
// Threads: one user at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/exporters/prometheusremotewrite/compiled_shape.h"
#include "collector/exporters/prometheusremotewrite/request_writer.h"
#include "collector/exporters/prometheusremotewrite/shared_series.h"

namespace tributary::collector::prometheusremotewrite {

class OpenRequest {
 public:
  // A longer one would make too much too old at once.
  static constexpr Duration kSpanMax = 2min;

  explicit OpenRequest(SizeLimits limits) : writer_(limits) {}

  // Where another source wrote a series of the batch with the same time, hands
  // back that series.
  std::optional<std::string> add(const CompiledShapePtr& shape, const BatchPtr& batch, Instant now);

  bool empty() const { return writer_.empty(); }
  std::size_t samples() const { return writer_.samples(); }
  Instant oldest() const { return oldest_; }
  // Whether it is time to encode it even though nobody can send it yet.
  bool is_full(Instant now) const;

  // Everything as requests in order; empty afterwards.
  std::vector<EncodedRequest> encode() { return writer_.take(); }

 private:
  RequestWriter writer_;
  SharedSeries shared_series_;
  Instant oldest_{};
};

// A request that was too large for the other side, as two in order. Nothing
// where it has but one series.
std::optional<std::pair<EncodedRequest, EncodedRequest>> split(const EncodedRequest& request);

// Type, help and unit of families, as requests of their own: they hold no
// samples.
std::vector<EncodedRequest> encode_metadata(const std::vector<FamilyMetadata>& metadata,
                                            SizeLimits limits, Instant now, std::int64_t now_ms);

}  // namespace tributary::collector::prometheusremotewrite
