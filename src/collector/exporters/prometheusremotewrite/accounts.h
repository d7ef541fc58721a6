// Where every sample went. Each that came here, was added here or was found in the spool at start
// is at any time in exactly one of: left out, sent, rejected, expired, dropped, queued, spooled.
//
// Threads: written from the loop; the counters may be read from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/telemetry.h"
#include "collector/exporters/prometheusremotewrite/refusal.h"
#include "collector/pipeline/ledger.h"

namespace tributary::collector::prometheusremotewrite {

enum class DropReason : std::uint8_t {
  queue_full,   // the oldest gave way to newer ones
  unreadable,   // damaged on disk
  too_large,    // a series that is too large even alone
  not_retried,  // retry_on_failure is off
  shutdown,     // left when time was up
};
inline constexpr std::size_t kDropReasons = 5;
std::string_view to_string(DropReason reason);

class Accounts {
 public:
  // `exporter` is the component's id.
  Accounts(Telemetry& telemetry, const std::string& exporter, const std::string& endpoint,
           std::size_t queue_capacity);

  // A batch: `left_out` of its samples are not sent, and `added` are our own.
  void taken(std::size_t received, std::size_t left_out, std::size_t added);
  void recovered(std::size_t samples) { recovered_.add(samples); }
  void untranslatable(std::size_t series) { failed_translations_.add(series); }
  void sent(std::size_t samples);
  void rejected(RejectReason reason, std::size_t samples);
  void expired(std::size_t samples);
  void dropped(DropReason reason, std::size_t samples);

  void attempted() { attempts_.add(); }
  void request_sent() { sent_batches_.add(); }
  void throttled(ThrottleReason reason);
  struct Waiting {
    std::size_t queued = 0;   // samples in memory
    std::size_t spooled = 0;  // samples on disk
    std::size_t requests = 0;
    std::size_t bytes = 0;
  };
  void waiting(const Waiting& now);

  // Everything but where the received samples came from.
  void report(Balance& balance) const;

 private:
  Counter& taken_;
  Counter& left_out_;
  Counter& added_;
  Counter& recovered_;
  Counter& sent_;
  Counter& expired_;
  std::array<Counter*, kRejectReasons> rejected_{};
  std::array<Counter*, kDropReasons> dropped_{};
  std::array<Counter*, kThrottleReasons> throttled_{};
  Waiting waiting_;
  Gauge& queued_;
  Gauge& spooled_;
  Gauge& queued_bytes_;
  Counter& attempts_;
  // The names of the OpenTelemetry Collector for the same.
  Counter& sent_points_;
  Counter& failed_points_;
  Counter& enqueue_failed_points_;
  Counter& sent_batches_;
  Counter& failed_translations_;
  Gauge& queue_size_;
};

}  // namespace tributary::collector::prometheusremotewrite
