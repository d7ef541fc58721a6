#include "collector/exporters/prometheusremotewrite/memory_queue.h"

#include <iterator>

namespace tributary::collector::prometheusremotewrite {

void MemoryQueue::push(EncodedRequest request) {
  count(request);
  waiting_.push_back(std::move(request));
  Loss loss;
  for (; is_full(); waiting_.pop_front()) {
    ++loss.requests;
    loss.samples += waiting_.front().samples;
    forget(waiting_.front());
  }
  if (loss.requests > 0) on_loss_(loss);
}

bool MemoryQueue::is_full() const {
  const std::size_t waiting_bytes = bytes_ - (front_ ? front_->bytes() : 0);
  return !waiting_.empty() && (waiting_.size() > limits_.requests || waiting_bytes > limits_.bytes);
}

const EncodedRequest* MemoryQueue::front() {
  if (!front_ && !waiting_.empty()) {
    front_ = std::move(waiting_.front());
    waiting_.pop_front();
  }
  return front_ ? &*front_ : nullptr;
}

void MemoryQueue::pop() {
  forget(*front_);
  front_.reset();
}

void MemoryQueue::replace_front(std::vector<EncodedRequest> parts) {
  pop();
  for (const EncodedRequest& part : parts) count(part);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(parts.begin()),
                  std::make_move_iterator(parts.end()));
}

void MemoryQueue::count(const EncodedRequest& request) {
  bytes_ += request.bytes();
  samples_ += request.samples;
}

void MemoryQueue::forget(const EncodedRequest& request) {
  bytes_ -= request.bytes();
  samples_ -= request.samples;
}

}  // namespace tributary::collector::prometheusremotewrite
