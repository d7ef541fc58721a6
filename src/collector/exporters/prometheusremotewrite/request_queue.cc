#include "collector/exporters/prometheusremotewrite/request_queue.h"

#include <utility>

namespace tributary::collector::prometheusremotewrite {

std::size_t RequestQueue::push(EncodedRequest request) {
  bytes_ += request.bytes();
  samples_ += request.samples;
  requests_.push_back(std::move(request));
  std::size_t dropped = 0;
  while (requests_.size() > limits_.requests || (bytes_ > limits_.bytes && !requests_.empty()))
    dropped += pop()->samples;
  return dropped;
}

void RequestQueue::push_front(EncodedRequest request) {
  bytes_ += request.bytes();
  samples_ += request.samples;
  requests_.push_front(std::move(request));
}

std::optional<EncodedRequest> RequestQueue::pop() {
  if (requests_.empty()) return std::nullopt;
  EncodedRequest request = std::move(requests_.front());
  requests_.pop_front();
  bytes_ -= request.bytes();
  samples_ -= request.samples;
  return request;
}

}  // namespace tributary::collector::prometheusremotewrite
