// Batches become remote-write requests: encoded, compressed, and small enough for the other side.
//
// Batches of one shape are gathered into one series each with several samples, as long as that
// keeps every series' samples in the order of their arrival.
//
// Threads: one user at a time; requests are values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/exporters/prometheusremotewrite/compiled_shape.h"
#include "net/http.h"

namespace tributary::collector::prometheusremotewrite {

struct EncodedRequest {
  net::Body body;           // compressed
  std::size_t series = 0;   // entries of the message
  std::size_t samples = 0;  // native histograms among them
  Instant oldest{};         // when the first of its samples was taken over
  // The time of its first batch, ms: its age by a clock that survives a restart. 0 where it has
  // none.
  std::int64_t oldest_ms = 0;

  std::size_t bytes() const { return body->size(); }
};

struct SizeLimits {
  std::size_t encoded_bytes = 3'000'000;   // before compression
  std::size_t request_bytes = 900U << 10;  // after it
};

class OpenRequest {
 public:
  // A longer one would make too much too old at once.
  static constexpr Duration kSpanMax = 2min;

  explicit OpenRequest(SizeLimits limits) : limits_(limits) {}

  // Where the batch has a sample of a series and a time that is here already, from another shape,
  // hands back that series: two sources write the same one.
  std::optional<std::string> add(CompiledShapePtr shape, BatchPtr batch, Instant now);

  bool empty() const { return groups_.empty(); }
  std::size_t samples() const { return samples_; }
  Instant oldest() const { return oldest_; }
  // Whether it is time to encode it even though nobody can send it yet.
  bool is_full(Instant now) const;

  // Everything as requests in order; empty afterwards.
  std::vector<EncodedRequest> encode();

 private:
  struct Group {
    CompiledShapePtr shape;
    std::vector<BatchPtr> batches;
  };
  struct Position {
    std::size_t group = 0;
    std::size_t series = 0;
  };
  struct Piece {
    std::string message;
    std::size_t series = 0;
    std::size_t samples = 0;
    Position end;
  };

  Piece encode_from(Position begin, std::size_t bytes_max) const;

  SizeLimits limits_;
  std::vector<Group> groups_;
  std::size_t samples_ = 0;
  std::size_t about_bytes_ = 0;
  Instant oldest_{};
  std::int64_t oldest_ms_ = 0;
};

// A request that was too large for the other side, as two in order. Nothing where it has but one
// series.
std::optional<std::pair<EncodedRequest, EncodedRequest>> split(const EncodedRequest& request);

// Type, help and unit of families, as requests of their own: they hold no samples.
std::vector<EncodedRequest> encode_metadata(const std::vector<FamilyMetadata>& metadata,
                                            SizeLimits limits, Instant now, std::int64_t now_ms);

}  // namespace tributary::collector::prometheusremotewrite
