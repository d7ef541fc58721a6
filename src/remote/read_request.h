// Remote read: the protobuf messages prometheus.ReadRequest, read, and prometheus.ReadResponse,
// written (hub-spec.md 4.5), the latter with samples, not with chunks.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "remote/write_request.h"

namespace tributary::remote {

struct ReadQuery {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;  // inclusive
  Matchers matchers;
};

struct ReadRequest {
  std::vector<ReadQuery> queries;
  bool accepts_samples = true;  // false where only other kinds of answers are
};

struct ReadLimits {
  std::size_t queries_max = 100;
  std::size_t matchers_max = 1'000;  // of a query
};

Result<ReadRequest> decode_read_request(std::string_view message, const ReadLimits& limits = {});

// One query's result after the other, in the order of the request.
class ReadResponseEncoder {
 public:
  void add(const SeriesRef& series) { result_.add(series); }
  void end_result();

  std::size_t size() const { return body_.size() + result_.size(); }
  std::string finish() { return std::move(body_); }

 private:
  std::string body_;
  WriteRequestEncoder result_;  // a QueryResult has its series where a WriteRequest has them
};

}  // namespace tributary::remote
