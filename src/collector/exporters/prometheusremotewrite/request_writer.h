// Puts fragments, pieces of compressed messages, one behind the other into requests, none of them
// larger than the other side takes.
//
// Threads: one user at a time; requests are values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/http.h"

namespace tributary::collector::prometheusremotewrite {

struct EncodedRequest {
  net::Body body;           // compressed
  std::size_t series = 0;   // entries of the message
  std::size_t samples = 0;  // native histograms among them
  Instant oldest{};         // when the first of its samples was taken over
  // The time of its first batch, ms: its age by a clock that survives a restart. 0: it has none.
  std::int64_t oldest_ms = 0;

  std::size_t bytes() const { return body->size(); }
};

struct SizeLimits {
  std::size_t encoded_bytes = 3'000'000;   // before compression
  std::size_t request_bytes = 900U << 10;  // after it
};

class RequestWriter {
 public:
  explicit RequestWriter(SizeLimits limits);

  // Of a fragment, uncompressed: as long as none is longer, any fits into a request.
  std::size_t fragment_bytes_max() const { return fragment_bytes_max_; }

  // When what is written from now on was taken over, and its time.
  void set_age(Instant now, std::int64_t time_ms);

  struct Size {
    std::size_t message_bytes = 0;
    std::size_t bytes = 0;  // compressed
    std::size_t series = 0;
    std::size_t samples = 0;
  };
  // Where a fragment of this size is to be appended.
  std::string& room_for(const Size& size);
  // A piece of a message that is no fragment yet.
  void add(std::string_view message, std::size_t series, std::size_t samples);

  bool empty() const { return done_.empty() && total_.series == 0; }
  // Whether a request is complete.
  bool has_complete() const { return !done_.empty(); }
  std::size_t samples() const { return done_samples_ + total_.samples; }

  // Everything, in order; empty afterwards.
  std::vector<EncodedRequest> take();

 private:
  void complete();
  void reserve(std::size_t bytes);

  SizeLimits limits_;
  std::size_t fragment_bytes_max_;
  std::vector<EncodedRequest> done_;
  std::size_t done_samples_ = 0;
  // The request that is being written: its fragments, without the length in front. Its memory stays
  // for the next one.
  std::string fragments_;
  Size total_;
  Instant oldest_{};
  std::int64_t oldest_ms_ = 0;
  Instant now_{};
  std::int64_t time_ms_ = 0;
  std::string compressed_;
};

}  // namespace tributary::collector::prometheusremotewrite
