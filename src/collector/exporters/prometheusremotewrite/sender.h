// Delivers samples in order: gathers batches into requests, keeps what cannot be sent yet in a
// bounded queue, and repeats a request until it is taken, refused for good or too old.
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
#include "collector/exporters/prometheusremotewrite/pace.h"
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
  // A request refused for one of its series is halved to find it, so often a minute.
  static constexpr std::size_t kSearchStepsMax = 64;
  static constexpr Duration kSearchInterval = 1min;
  // One that holds more samples than a burst may is never taken: it is halved each time that it
  // has been throttled so often.
  static constexpr std::size_t kThrottledMax = 3;
  // What is gathered waits no longer for the request in flight than this before it goes to the
  // disk, where there is one.
  static constexpr Duration kSpoolDelay = 1s;
  // New series that find no room are waited for so long; then they are given up, lest the others
  // wait behind them until all are too old.
  static constexpr Duration kSeriesPatience = 1min;

  struct Options {
    net::Request request;  // all but the body
    SizeLimits sizes;
    MemoryQueue::Limits queue;
    Backoff::Options backoff;
    bool retry = true;
    Duration max_sample_age = 2h;
    Duration linger{};  // between two requests, as long as the second is not full
  };

  Sender(const Context& context, Options options);
  ~Sender();

  // Before the start: what waits is kept in this queue instead of memory. It outlives the process,
  // so what is gathered goes there soon, whether it can be sent or not.
  using MakeQueue = std::function<Result<std::unique_ptr<RequestQueue>>(RequestQueue::OnLoss)>;
  void use_queue(MakeQueue make_queue) { make_queue_ = std::move(make_queue); }
  // `caller` tells who signs, for the log; it may be empty.
  Result<void> start(std::unique_ptr<net::HttpClient> client,
                     std::function<std::string()> caller = {});
  // Sends what it has until the deadline. What is left then stays on disk, or is dropped and
  // counted.
  net::Task<void> stop(Instant deadline);

  void add(const CompiledShapePtr& shape, const BatchPtr& batch);
  // Something without samples, such as metadata; sent before batches that come later.
  void add(std::vector<EncodedRequest> requests);

  Accounts& accounts() { return accounts_; }
  const Accounts& accounts() const { return accounts_; }
  // Samples that are here.
  std::size_t samples() const;

 private:
  net::Task<void> run();
  net::Task<void> deliver();
  net::Task<bool> wait_for_turn();
  // True if the request is done with, or is another one now.
  bool settle(Verdict verdict, const Result<net::Response>& answer);
  void settle_delivered();
  void settle_rejected(const net::Response& answer);
  bool settle_throttled(const net::Response& answer);
  void reject_current(const net::Response& answer, const WriteRefusal& refusal);
  void drop_current(DropReason reason);
  bool split_current();
  bool may_search();
  void forget_current();
  bool drop_expired();
  Duration wait_after(Verdict verdict, const Result<net::Response>& answer);
  void close_open_request();
  void drop(DropReason reason, std::size_t samples);
  void lost(const RequestQueue::Loss& loss);
  void drop_the_rest();
  // When the next request may be made of what is gathered; in the past where that is at once.
  Instant due() const;
  void wake_when_due();
  void wake_at(Instant at);
  void update_gauges();
  Instant now() const { return loop_.clock().monotonic(); }

  net::Loop& loop_;
  Random& random_;
  Options options_;
  MakeQueue make_queue_;
  Accounts accounts_;
  DeliveryLog log_;
  std::unique_ptr<net::HttpClient> client_;
  std::function<std::string()> caller_;

  OpenRequest open_;
  std::optional<Instant> last_closed_;
  std::unique_ptr<RequestQueue> queue_;
  const EncodedRequest* current_ = nullptr;  // the queue's front
  std::size_t times_throttled_ = 0;          // the current one
  Instant not_before_{};                     // when the next attempt may be made
  Backoff quick_;
  Backoff slow_{kSlow};
  Pace pace_;
  std::optional<Instant> no_room_since_;  // for new series
  Instant search_began_{};
  std::size_t search_steps_ = 0;  // since then

  bool stopped_ = false;
  std::size_t kept_ = 0;    // samples left on disk for the next start
  std::stop_source drain_;  // stop soon: no more waiting for nothing
  std::stop_source abort_;  // stop now
  net::Event wake_;
  std::optional<net::Loop::TimerId> wake_timer_;
  Instant wake_at_{};  // of the timer
  net::Gate running_;
};

}  // namespace tributary::collector::prometheusremotewrite
