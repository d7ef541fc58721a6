// Where every sample went. Each that was taken over is at any time in exactly one of: sent,
// rejected, expired, dropped, queued.
//
// Threads: written from the loop; the counters may be read from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/telemetry.h"

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

  void taken(std::size_t samples) { taken_.add(samples); }
  void untranslatable(std::size_t series) { failed_translations_.add(series); }
  void sent(std::size_t samples);
  void rejected(std::size_t samples);
  void expired(std::size_t samples);
  void dropped(DropReason reason, std::size_t samples);

  void attempted() { attempts_.add(); }
  void waiting(std::size_t samples, std::size_t requests, std::size_t bytes);

 private:
  Counter& taken_;
  Counter& sent_;
  Counter& rejected_;
  Counter& expired_;
  std::array<Counter*, kDropReasons> dropped_;
  Gauge& queued_;
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
