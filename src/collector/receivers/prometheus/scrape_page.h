// From a scraped page to a Batch, with Prometheus' scrape semantics: which samples are taken, which
// series went stale, what the scrape reports about itself. One object per target; no I/O, no clock.
//
// A page that has the lines of the page before, in the same order, is recognised by their bytes:
// each sample costs one comparison and one stored number, and the batch has the same Shape object.
// Any other page goes the slow way through ScrapeCache and SeriesFactory, with the same result.
//
// As in Prometheus, a page that fails half way (broken line, a limit) leaves the series before the
// failure alive; all others go stale.
//
// Threads: one user at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collector/receivers/prometheus/scrape_cache.h"
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
  std::size_t future = 0;        // dropped: timestamp more than kFutureMax ahead
};

// What the receiver says about one scrape.
struct ScrapeReport {
  bool up = false;
  double duration_seconds = 0;
  std::int64_t body_bytes = 0;  // decompressed; -1 where the limit was reached
};

class PageScraper {
 public:
  static constexpr std::int64_t kFutureMaxMs = 10 * 60 * 1000;

  // Both outlive the object. `version` is that of the program.
  PageScraper(const Target& target, const SampleRules& rules, std::string version)
      : target_(target), rules_(rules), factory_(target, rules, std::move(version)) {}

  // Reads the page of one scrape. An empty page is a scrape without samples, and also what a scrape
  // that got no page comes to: everything goes stale.
  PageOutcome read(exposition::Format format, std::string_view page, std::int64_t timestamp_ms);

  // The batch of what was read, with the report's series: up to one per read.
  BatchPtr finish(const ScrapeReport& report, const PageOutcome& outcome);

  // Stale markers for all that is alive, `up` and the others too; for a target that is gone. Null
  // where nothing is alive.
  BatchPtr end(std::int64_t timestamp_ms);

  std::size_t cached_lines() const { return cache_.size(); }

 private:
  static constexpr std::uint32_t kNoColumn = UINT32_MAX;

  // One sample of a page: its line, and its place among the batch's values.
  struct Slot {
    Line* line;
    std::uint32_t column;  // kNoColumn: not in the batch
    bool own_time;

    bool operator==(const Slot&) const = default;
  };

  // One page on its way.
  struct Pass {
    exposition::Parser& parser;
    bool exemplars;  // the format has them
    std::int64_t timestamp_ms;
    bool predicted;         // every sample so far was the one expected
    bool learnable = true;  // the next page may be expected to look like this one
    bool over_limit = false;
    std::size_t at = 0;                     // the expected place in plan_
    MetricType type = MetricType::unknown;  // of the last TYPE line
    std::vector<Slot> slots;                // filled once not predicted any more
    std::vector<Identity*> tracked;
    PageOutcome outcome;
  };

  Result<void> read_entries(Pass& pass);
  Result<void> read_sample(Pass& pass);
  Result<bool> read_expected(Pass& pass);
  Result<void> read_other(Pass& pass);
  Line* find_line(Pass& pass);
  Result<Line*> make_line(Pass& pass);
  void resolve(Identity& identity, const Labels* final_labels);
  std::uint32_t place(Pass& pass, Line& line, bool own_time);
  Result<void> store(Pass& pass, std::uint32_t column, bool own_time);
  void diverge(Pass& pass);
  bool is_future(const Pass& pass) const;

  void succeed(Pass& pass);
  void fail(Pass& pass);
  void collect_stale(std::vector<Identity*> still_tracked);
  void forget();
  const std::vector<SeriesPtr>& report_series();
  ShapePtr shape();

  const Target& target_;
  const SampleRules& rules_;
  SeriesFactory factory_;
  ScrapeCache cache_;
  std::uint64_t scrape_ = 0;
  std::size_t lines_after_success_ = 0;

  // What the last successful page looked like.
  std::vector<Slot> plan_;
  std::uint64_t plan_version_ = 0;  // of the factory: 0 = some series may need a refresh
  bool plan_is_alive_ = false;      // tracked_ is what a page like that tracks
  ShapePtr plan_shape_;             // its series and the report's

  std::vector<Identity*> tracked_;  // alive: stale once they are missed
  std::vector<SeriesPtr> stale_;    // of the scrape that is being finished
  bool has_page_ = false;           // likewise: its values are in batch_, by plan_
  std::shared_ptr<Batch> batch_;

  std::vector<SeriesPtr> report_series_;
  std::uint64_t report_version_ = UINT64_MAX;
  ShapePtr report_shape_;
  bool reported_ = false;
};

}  // namespace tributary::collector::prometheus
