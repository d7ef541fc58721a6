// One scraped page on its way: takes its bytes as they come, in pieces of any size, and gathers
// samples. As long as the lines are those of the plan, each is recognised by its bytes; from the
// first other one on they are looked up and a new plan is drafted, with the same result.
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "collector/receivers/prometheus/page_draft.h"
#include "collector/receivers/prometheus/page_plan.h"
#include "collector/receivers/prometheus/series_factory.h"
#include "exposition/parser.h"
#include "model/batch.h"

namespace tributary::collector::prometheus {

// What became of one page.
struct PageOutcome {
  std::optional<Error> error;    // why the scrape failed, though the target answered
  std::size_t scraped = 0;       // samples on the page
  std::size_t kept = 0;          // of them, left by metric_relabel_configs
  std::size_t series_added = 0;  // not known from earlier pages
  std::size_t duplicates = 0;    // dropped: the page had the series already
  std::size_t future = 0;        // dropped: timestamp more than kFutureMaxMs ahead
};

class PagePass {
 public:
  static constexpr std::int64_t kFutureMaxMs = 10 * 60 * 1000;

  // All outlive the pass.
  PagePass(exposition::Format format, std::int64_t timestamp_ms, const PagePlan& plan,
           const SampleRules& rules, SeriesFactory& factory, const HashKey& key);

  void feed(std::string_view piece);
  // The page has come to its end.
  void complete();

  bool is_empty() const { return bytes_ == 0; }
  PageOutcome& outcome() { return outcome_; }
  std::int64_t timestamp_ms() const { return batch_.timestamp_ms; }
  // Values, times and exemplars; no shape.
  Batch& batch() { return batch_; }

  // Whether the page had exactly the lines of the plan.
  bool as_planned() const { return draft_ == nullptr && at_ == plan_.page_lines; }
  // What it had instead.
  PageDraft& draft();

 private:
  std::size_t read(std::string_view window, bool complete);
  std::size_t read_planned(std::string_view window, bool complete);
  std::size_t take_planned(std::string_view window);
  bool take_closely(std::string_view rest);
  bool store_planned(const PlanLine& line, const Reading& reading);
  std::size_t read_other(std::string_view window, bool complete);
  bool take_known(const PlanLine& line, const Reading& reading);
  Result<void> read_entry(exposition::EntryKind kind, std::string_view text);
  void add_metadata(LineKind kind, std::uint32_t slot, std::string_view text);
  Result<void> read_sample();
  Result<std::uint32_t> read_known(const PlanLine& line, std::uint32_t known);
  Result<std::uint32_t> read_new(const PlanLine& line, std::uint32_t known);
  std::uint32_t place(PlanLine line, std::uint32_t known, std::uint32_t series,
                      std::optional<std::int64_t> own_time, const Labels* labels);
  Result<void> add_exemplar(std::uint32_t column);
  void store(double value, std::optional<std::int64_t> own_time);
  void diverge();
  bool tracks(bool own_time) const { return !own_time || rules_.track_timestamps_staleness; }
  std::optional<std::int64_t> own_time(std::optional<std::int64_t> time) const {
    return rules_.honor_timestamps ? time : std::nullopt;
  }
  bool is_future(std::optional<std::int64_t> time) const {
    return time && *time > batch_.timestamp_ms + kFutureMaxMs;
  }

  exposition::Format format_;
  const PagePlan& plan_;
  const SampleRules& rules_;
  SeriesFactory& factory_;
  const HashKey& key_;
  std::unique_ptr<exposition::Parser> parser_;
  std::unique_ptr<PageDraft> draft_;  // none as long as all is as planned
  Batch batch_;
  PageOutcome outcome_;
  std::size_t at_ = 0;  // the expected line of the plan
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
  bool over_limit_ = false;
  MetricType type_ = MetricType::unknown;  // of the last TYPE line

  std::string tail_;             // bytes that wait for the rest of their line
  std::size_t tail_enough_ = 0;  // it is worth while to look at it again
  std::string scratch_;
};

}  // namespace tributary::collector::prometheus
