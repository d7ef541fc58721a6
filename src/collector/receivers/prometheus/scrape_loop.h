// Scrapes one target at its times, until it is stopped or the target is gone.
//
// Threads: the loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/telemetry.h"
#include "collector/pipeline/component.h"
#include "collector/receivers/prometheus/failure_log.h"
#include "collector/receivers/prometheus/job.h"
#include "collector/receivers/prometheus/schedule.h"
#include "collector/receivers/prometheus/scrape_page.h"
#include "collector/receivers/prometheus/target.h"
#include "net/content_encoding.h"
#include "net/http.h"
#include "net/task.h"

namespace tributary::collector::prometheus {

// What the loops of one job share. Outlives them.
struct ScrapeEnvironment {
  const Context& context;
  const Job& job;
  net::HttpClient& client;
  Consumer& consumer;
  Counter& accepted;       // otelcol_receiver_accepted_metric_points
  std::stop_token stop;    // the program ends
  std::uint64_t seed = 0;  // of this machine, for the schedule
  FailureLog* failure_log = nullptr;
  ScrapeCommon& common;
};

class ScrapeLoop {
 public:
  // A page of a job without a body_size_limit is limited all the same.
  static constexpr std::size_t kBodyBytesMax = 512U << 20;
  static constexpr Duration kLogInterval = 1min;  // between two lines about failures of a target

  ScrapeLoop(const ScrapeEnvironment& environment, Target target);

  const Target& target() const { return target_; }
  const Schedule& schedule() const { return schedule_; }

  // Runs until the program ends or `remove`. A target that is gone gets its staleness markers
  // a little more than two intervals later, unless `superseded` by then.
  net::Task<void> run(Duration first_delay);

  // The target is gone.
  void remove();
  // Another loop writes the same series: no markers for them.
  void supersede() { superseded_ = true; }
  // Every scrape fails with this message, without asking the target; nothing lifts it.
  void set_forced_error(std::optional<std::string> message) { forced_error_ = std::move(message); }

  // One scrape more, after `run` came back. Says nothing where it fails: no markers at the end.
  net::Task<void> scrape_last(Duration timeout);

 private:
  // An answer on its way.
  struct Download {
    std::unique_ptr<net::Gunzip> gunzip;  // where it comes packed
    std::uint64_t bytes = 0;              // unpacked
    bool begun = false;
  };

  net::Task<void> scrape(Timestamp at);
  // Feeds the page to the scraper as it comes, up to its end; gives its size.
  net::Task<Result<std::uint64_t>> fetch(Duration timeout, std::stop_token stop);
  Result<net::Request> make_request(Duration timeout) const;
  Result<void> take(Download& download, const net::Response& head, std::string_view piece);
  Result<void> feed(Download& download, std::string_view piece);
  void begin_page(Download& download, const net::Response& head);
  void publish(ScrapeReport report, const PageOutcome& outcome, Instant started);
  void push(const std::vector<BatchPtr>& batches);
  net::Task<void> end_of_run(Timestamp next_tick);
  void report_failure(const Error& error);
  void report_dropped(const PageOutcome& outcome);
  std::size_t body_limit() const;

  const ScrapeEnvironment& environment_;
  Target target_;
  Result<net::Url> url_;
  Schedule schedule_;
  PageScraper scraper_;
  Logger log_;
  std::stop_source stop_;  // of this loop alone
  std::optional<std::stop_callback<std::function<void()>>> on_program_end_;
  std::optional<std::string> forced_error_;
  bool superseded_ = false;
  bool failing_ = false;  // and the log says so
  std::int64_t last_ms_ = 0;
  LogLimiter failures_{kLogInterval};
  LogLimiter drops_{kLogInterval};
};

}  // namespace tributary::collector::prometheus
