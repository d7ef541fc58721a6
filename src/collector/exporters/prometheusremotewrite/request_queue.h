// Requests that wait for delivery, in order. Whoever delivers takes the front, and says what became
// of it. Above its bounds a queue gives up the oldest, since they are the first that the other side
// would refuse as too old.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "collector/exporters/prometheusremotewrite/request.h"

namespace tributary::collector::prometheusremotewrite {

class RequestQueue {
 public:
  // What the queue itself had to give up.
  struct Loss {
    enum class Cause : std::uint8_t { full, unreadable };
    Cause cause = Cause::full;
    std::size_t requests = 0;
    std::size_t samples = 0;
  };
  // Must not call the queue.
  using OnLoss = std::function<void(const Loss&)>;

  virtual ~RequestQueue() = default;

  // Above the bounds the oldest go, be it the new one itself, but never a front that was handed
  // out.
  virtual void push(EncodedRequest request) = 0;

  // The oldest, or null where there is none, or none that can be had at the moment. It stays until
  // it is settled by one of the three below, each of which needs a front that was handed out.
  virtual const EncodedRequest* front() = 0;
  // It was sent, expired or dropped: forget it for good.
  virtual void pop() = 0;
  // It was refused for good: keep it aside where there is room for that, and go on.
  virtual void quarantine_front(std::string_view reason) = 0;
  // It was split: these are sent in its place, one after the other.
  virtual void replace_front(std::vector<EncodedRequest> parts) = 0;

  // Of everything that is here, the front included.
  virtual std::size_t requests() const = 0;
  virtual std::size_t bytes() const = 0;
  virtual std::size_t samples() const = 0;
  // Samples that end with the process.
  virtual std::size_t samples_in_memory() const = 0;
};

}  // namespace tributary::collector::prometheusremotewrite
