// From a scraped page to a Batch, with Prometheus' scrape semantics: which samples are taken, which
// series went stale, what the scrape reports about itself. One object per target; no I/O, no clock.
//
// Between two scrapes it holds a PagePlan and nothing of the page's text. A page like the one
// before costs a hash and a number per line, and its batch has the same Shape object. Any other
// page gives what it would give without a plan; runs of series that it shares with the one before
// stay the same objects.
//
// As in Prometheus, a page that fails half way (broken line, a limit) leaves the series before the
// failure alive; all others go stale.
//
// Threads: one user at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "collector/receivers/prometheus/page_pass.h"
#include "collector/receivers/prometheus/page_plan.h"
#include "collector/receivers/prometheus/series_factory.h"
#include "exposition/parser.h"
#include "model/batch.h"

namespace tributary::collector::prometheus {

// What the receiver says about one scrape.
struct ScrapeReport {
  bool up = false;
  double duration_seconds = 0;
  std::int64_t body_bytes = 0;  // decompressed; -1 where the limit was reached
};

class PageScraper {
 public:
  // All outlive the object.
  PageScraper(const Target& target, const SampleRules& rules, ScrapeCommon& common)
      : target_(target), rules_(rules), common_(common), factory_(target, rules, common) {}

  // The page of one scrape, as it comes. A page without a byte is a scrape without samples: all
  // that was alive goes stale.
  void begin(exposition::Format format, std::int64_t timestamp_ms);
  void feed(std::string_view piece);
  PageOutcome complete();
  // A scrape that got no page, or not all of it: nothing of it counts.
  PageOutcome miss(std::int64_t timestamp_ms);

  // A page that is there whole.
  PageOutcome read(exposition::Format format, std::string_view page, std::int64_t timestamp_ms);

  // The batches of what was read: the page's samples with the report's, and where series went stale
  // one with their markers. Up to once per scrape.
  std::vector<BatchPtr> finish(const ScrapeReport& report, const PageOutcome& outcome);

  // Stale markers for all that is alive, `up` and the others too; for a target that is gone.
  // Nothing where nothing is alive.
  std::vector<BatchPtr> end(std::int64_t timestamp_ms);

  std::size_t known_lines() const { return plan_.lines.size(); }
  // What stays in memory between two scrapes but for runs and families, which may be shared.
  std::size_t bytes() const;

 private:
  // Which series go stale once they are missed: none, those of the plan's page, or alive_.
  enum class Alive : std::uint8_t { none, page, some };

  void refresh_runs();
  void succeed();
  void fail();
  std::vector<bool> alive() const;
  std::vector<SeriesRunPtr> all_alive() const;
  const SeriesRunPtr& report_run();
  const ShapePtr& page_shape();

  const Target& target_;
  const SampleRules& rules_;
  ScrapeCommon& common_;
  SeriesFactory factory_;
  PagePlan plan_;
  ShapePtr page_shape_;  // of the plan's page and the report
  Alive alive_ = Alive::none;
  std::vector<bool> alive_series_;  // where only some are

  SeriesRunPtr report_run_;
  ShapePtr report_shape_;
  std::uint64_t report_version_ = UINT64_MAX;
  bool reported_ = false;

  // Of the scrape that is on its way or being finished.
  std::unique_ptr<PagePass> pass_;
  std::shared_ptr<Batch> batch_;
  bool has_page_ = false;  // its values are in batch_, by the plan
  std::vector<SeriesRunPtr> stale_;
};

}  // namespace tributary::collector::prometheus
