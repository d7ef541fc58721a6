// What the exporter says about its deliveries: one line when the first write is accepted, one when
// they fail, at most one a minute for each kind of failure, one when they work again after such a
// line. What is lost is always said, folded at the same rate.
//
// Threads: one user at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "collector/exporters/prometheusremotewrite/accounts.h"
#include "collector/exporters/prometheusremotewrite/refusal.h"
#include "collector/exporters/prometheusremotewrite/request.h"
#include "collector/exporters/prometheusremotewrite/retry.h"

namespace tributary::collector::prometheusremotewrite {

// What waits, for the log.
struct Backlog {
  std::size_t samples = 0;
  Duration oldest{};
};

// What was refused for good.
struct Rejection {
  RejectReason reason = RejectReason::other;
  std::string series;       // the first of them
  std::size_t samples = 0;  // that count as rejected
};

class DeliveryLog {
 public:
  static constexpr Duration kInterval = 1min;
  static constexpr std::size_t kBodyBytesMax = 1024;  // of an answer, as much as is logged

  DeliveryLog(Logger log, std::string endpoint)
      : log_(std::move(log)), endpoint_(std::move(endpoint)) {}

  // `caller` is who signs, "" where nobody does.
  void delivered(const EncodedRequest& request, const std::string& caller, std::size_t waiting,
                 Instant now);
  void failed(Verdict verdict, const Result<net::Response>& answer, const Backlog& backlog,
              Duration retry_in, Instant now);
  void rejected(const net::Response& answer, const Rejection& what, Instant now);
  void expired(std::size_t samples, Duration max_age, Instant now);
  void dropped(DropReason reason, std::size_t samples, Instant now);
  // Samples that the next start finds on disk.
  void kept(std::size_t samples);
  void conflict(const std::string& series);

 private:
  Logger log_;
  std::string endpoint_;
  bool ever_delivered_ = false;
  std::optional<Instant> failing_since_;
  bool failure_told_ = false;
  std::map<std::pair<Verdict, ThrottleReason>, LogLimiter> failures_;
  LogLimiter rejections_{kInterval};
  LogLimiter losses_{kInterval};
  std::size_t rejected_samples_ = 0;  // not yet told
  std::size_t lost_samples_ = 0;      // not yet told
  bool conflict_told_ = false;
};

}  // namespace tributary::collector::prometheusremotewrite
