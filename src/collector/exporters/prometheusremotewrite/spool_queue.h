// The queue of requests on disk. Every request is written before it is sent, so that the end of the
// process loses none; while all is well its file is gone before the kernel would have written it.
// Where the disk fails or is full, requests wait in memory, within a budget, and go to the disk
// when it takes them again.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "collector/exporters/prometheusremotewrite/memory_queue.h"
#include "collector/exporters/prometheusremotewrite/request_queue.h"
#include "collector/exporters/prometheusremotewrite/spool.h"

namespace tributary::collector::prometheusremotewrite {

class SpoolQueue final : public RequestQueue {
 public:
  static constexpr Duration kRetry = 5s;  // after the disk has failed
  static constexpr RealDisk::Modes kModes = {.file = 0600, .directory = 0700};

  struct Options {
    Spool::Options spool;
    MemoryQueue::Limits memory;  // for what the disk does not take
  };
  struct Outside {
    Disk& disk;
    const Clock& clock;
    Telemetry& telemetry;
    Logger log;
    std::string exporter;  // its id, for the metrics
  };

  static Result<std::unique_ptr<SpoolQueue>> open(Outside outside, Options options, OnLoss on_loss);

  void push(EncodedRequest request) override;
  const EncodedRequest* front() override;
  void pop() override;
  void quarantine_front(std::string_view reason) override;
  void replace_front(std::vector<EncodedRequest> parts) override;

  std::size_t requests() const override;
  std::size_t bytes() const override;
  std::size_t samples() const override;
  std::size_t samples_in_memory() const override;

  const Spool& spool() const { return *spool_; }

 private:
  enum class Origin : std::uint8_t { none, disk, memory };
  struct Sum {
    std::size_t requests = 0;
    std::size_t samples = 0;
    std::size_t bytes = 0;

    void add(const EncodedRequest& request);
    void subtract(const EncodedRequest& request);
  };

  SpoolQueue(Outside outside, Options options, OnLoss on_loss);

  Result<void> write(const EncodedRequest& request);
  void write_waiting();
  void keep_in_memory(EncodedRequest request);
  bool load_front();
  void take(EncodedRequest request, Origin origin);
  void settle_front();
  SpoolRecord record_of(const EncodedRequest& request) const;
  EncodedRequest request_of(Spool::Front front) const;
  void report_start() const;
  void report();
  Instant now() const { return outside_.clock.monotonic(); }

  Outside outside_;
  Options options_;
  OnLoss on_loss_;
  std::unique_ptr<Spool> spool_;

  // What is being sent: a request, or what is left of its parts, the first of them handed out.
  Origin origin_ = Origin::none;
  Sum whole_;  // the request as it was
  std::optional<EncodedRequest> front_;
  std::deque<EncodedRequest> parts_;
  Sum in_hand_;  // front_ and parts_

  std::optional<EncodedRequest> fresh_;  // the spool's front, still in memory
  std::deque<EncodedRequest> waiting_;   // behind the spool, in memory
  Sum waiting_sum_;
  bool disk_fails_ = false;
  Instant next_write_{};
  Instant next_read_{};
  LogLimiter problems_{1min};

  std::uint64_t damaged_told_ = 0;
  Gauge& disk_bytes_;
  Gauge& segments_;
  Counter& corrupt_;
  Counter& quarantined_;
};

}  // namespace tributary::collector::prometheusremotewrite
