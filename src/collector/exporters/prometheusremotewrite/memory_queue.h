// The queue of requests in memory, within a budget. It ends with the process.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/exporters/prometheusremotewrite/request_queue.h"

namespace tributary::collector::prometheusremotewrite {

class MemoryQueue final : public RequestQueue {
 public:
  // For what waits behind a front that was handed out.
  struct Limits {
    std::size_t requests = 10'000;
    std::size_t bytes = std::size_t{32} << 20;  // compressed
  };

  MemoryQueue(Limits limits, OnLoss on_loss) : limits_(limits), on_loss_(std::move(on_loss)) {}

  void push(EncodedRequest request) override;
  const EncodedRequest* front() override;
  void pop() override;
  void quarantine_front(std::string_view) override { pop(); }
  void replace_front(std::vector<EncodedRequest> parts) override;

  std::size_t requests() const override { return waiting_.size() + (front_ ? 1 : 0); }
  std::size_t bytes() const override { return bytes_; }
  std::size_t samples() const override { return samples_; }
  std::size_t samples_in_memory() const override { return samples_; }

 private:
  bool is_full() const;
  void count(const EncodedRequest& request);
  void forget(const EncodedRequest& request);

  Limits limits_;
  OnLoss on_loss_;
  std::optional<EncodedRequest> front_;  // handed out
  std::deque<EncodedRequest> waiting_;
  std::size_t bytes_ = 0;
  std::size_t samples_ = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
