// Delivers samples in order: gathers batches into requests, keeps what cannot be sent yet within a
// budget of memory, and repeats a request until it is taken, refused for good or too old.
//
// One request is in flight at a time, so that no series is reordered. What arrives meanwhile goes
// into the next one. Age is counted from when a batch was taken over, by a clock that never jumps.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/exporters/prometheusremotewrite/accounts.h"
#include "collector/exporters/prometheusremotewrite/delivery_log.h"
#include "collector/exporters/prometheusremotewrite/memory_queue.h"
#include "collector/exporters/prometheusremotewrite/request.h"
#include "collector/exporters/prometheusremotewrite/request_queue.h"
#include "collector/exporters/prometheusremotewrite/retry.h"
#include "collector/pipeline/component.h"

namespace tributary::collector::prometheusremotewrite {

class Sender {
 public:
  // Between attempts while somebody has to mend something first.
  static constexpr Backoff::Options kSlow = {.initial = 2s, .multiplier = 2, .max = 30s};
  static constexpr Duration kRetryAfterMax = 10min;  // a longer wish is cut to it

  struct Options {
    net::Request request;  // all but the body
    SizeLimits sizes;
    MemoryQueue::Limits queue;
    // Where what waits is kept; in memory where there is none.
    std::function<Result<std::unique_ptr<RequestQueue>>(RequestQueue::OnLoss)> make_queue;
    Backoff::Options backoff;
    bool retry = true;
    Duration max_sample_age = 1h;
    Duration linger{};
  };

  Sender(const Context& context, Options options);
  ~Sender();

  Result<void> start(std::unique_ptr<net::HttpClient> client);
  // Sends what it has until the deadline; what is left then is dropped and counted.
  net::Task<void> stop(Instant deadline);

  void add(CompiledShapePtr shape, BatchPtr batch);
  // Something without samples, such as metadata; sent before batches that come later.
  void add(std::vector<EncodedRequest> requests);

  Accounts& accounts() { return accounts_; }
  // Samples that are here.
  std::size_t samples() const;

 private:
  net::Task<void> run();
  net::Task<void> deliver();
  net::Task<bool> wait_for_turn();
  // True if the request is done with.
  bool settle(Verdict verdict, const Result<net::Response>& answer);
  void split_current();
  void forget_current();
  bool drop_expired();
  Duration wait_after(Verdict verdict, const Result<net::Response>& answer);
  void close_open_request();
  void push(EncodedRequest request);
  void drop(DropReason reason, std::size_t samples);
  void lost(const RequestQueue::Loss& loss);
  void drop_the_rest();
  void wake_soon();
  void update_gauges();
  Instant now() const { return loop_.clock().monotonic(); }

  net::Loop& loop_;
  Random& random_;
  Options options_;
  Accounts accounts_;
  DeliveryLog log_;
  std::unique_ptr<net::HttpClient> client_;

  OpenRequest open_;
  std::unique_ptr<RequestQueue> queue_;
  const EncodedRequest* current_ = nullptr;  // the queue's front
  Instant not_before_{};                     // when the next attempt may be made
  Backoff quick_;
  Backoff slow_{kSlow};

  bool stopped_ = false;
  std::stop_source drain_;  // stop soon: no more waiting for nothing
  std::stop_source abort_;  // stop now
  net::Event wake_;
  std::optional<net::Loop::TimerId> wake_timer_;
  net::Gate running_;
};

}  // namespace tributary::collector::prometheusremotewrite
