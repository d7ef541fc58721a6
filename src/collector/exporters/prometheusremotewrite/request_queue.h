// Requests that wait for delivery, in order, within a budget of memory. When it is used up the
// oldest go, since they are the first that the other side would refuse as too old.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "collector/exporters/prometheusremotewrite/request.h"

namespace tributary::collector::prometheusremotewrite {

class RequestQueue {
 public:
  struct Limits {
    std::size_t requests = 10'000;
    std::size_t bytes = std::size_t{32} << 20;  // compressed
  };

  explicit RequestQueue(Limits limits) : limits_(limits) {}

  // Says how many samples of the oldest requests had to go, be it the new one itself.
  std::size_t push(EncodedRequest request);
  // Back in front, where it came from; needs no room.
  void push_front(EncodedRequest request);
  std::optional<EncodedRequest> pop();

  bool empty() const { return requests_.empty(); }
  std::size_t size() const { return requests_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::size_t samples() const { return samples_; }
  const Limits& limits() const { return limits_; }

 private:
  Limits limits_;
  std::deque<EncodedRequest> requests_;
  std::size_t bytes_ = 0;
  std::size_t samples_ = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
