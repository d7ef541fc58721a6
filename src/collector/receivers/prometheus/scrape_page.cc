#include "collector/receivers/prometheus/scrape_page.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace tributary::collector::prometheus {
namespace {

using exposition::Format;

struct ReportSeries {
  std::string_view name;
  std::string_view unit;
  std::string_view help;
};

constexpr std::array<ReportSeries, 8> kReports = {{
    {"up", "", "1 if the target was scraped, 0 if the scrape failed"},
    {"scrape_duration_seconds", "s", "Duration of the scrape"},
    {"scrape_samples_scraped", "", "Samples that the target exposed"},
    {"scrape_samples_post_metric_relabeling", "", "Samples left by metric relabelling"},
    {"scrape_series_added", "", "Series that were new in this scrape, approximately"},
    {"scrape_timeout_seconds", "s", "Configured timeout of a scrape"},
    {"scrape_sample_limit", "", "Configured limit of samples per scrape, 0 for none"},
    {"scrape_body_size_bytes", "By", "Size of the page, -1 if it reached the limit"},
}};
constexpr std::size_t kBasicReports = 5;

BatchPtr make_stale(ShapePtr shape, std::int64_t timestamp_ms) {
  auto batch = std::make_shared<Batch>();
  batch->timestamp_ms = timestamp_ms;
  batch->values.assign(shape->size(), kStaleMarker);
  batch->shape = std::move(shape);
  return batch;
}

}  // namespace

PageOutcome PageScraper::read(Format format, std::string_view page, std::int64_t timestamp_ms) {
  begin(format, timestamp_ms);
  feed(page);
  return complete();
}

void PageScraper::begin(Format format, std::int64_t timestamp_ms) {
  stale_.clear();
  has_page_ = false;
  batch_.reset();
  refresh_runs();
  pass_ = std::make_unique<PagePass>(format, timestamp_ms, plan_, rules_, factory_, common_.key);
}

void PageScraper::feed(std::string_view piece) {
  TRIBUTARY_CHECK(pass_ != nullptr);
  pass_->feed(piece);
}

PageOutcome PageScraper::complete() {
  TRIBUTARY_CHECK(pass_ != nullptr);
  if (pass_->is_empty()) return miss(pass_->timestamp_ms());
  pass_->complete();
  PageOutcome outcome = std::move(pass_->outcome());
  batch_ = std::make_shared<Batch>();
  if (outcome.error) {
    batch_->timestamp_ms = pass_->timestamp_ms();
    fail();
  } else {
    has_page_ = true;
    *batch_ = std::move(pass_->batch());
    succeed();
  }
  pass_.reset();
  return outcome;
}

PageOutcome PageScraper::miss(std::int64_t timestamp_ms) {
  pass_.reset();
  has_page_ = false;
  batch_ = std::make_shared<Batch>();
  batch_->timestamp_ms = timestamp_ms;
  stale_ = all_alive();
  alive_ = Alive::none;
  alive_series_ = {};
  return {};
}

// Brings the series up to what was said about them behind their samples.
void PageScraper::refresh_runs() {
  if (!factory_.has_changes()) return;
  for (SeriesRunPtr& run : plan_.runs) {
    if (!factory_.concerns(*run)) continue;
    std::vector<Series> series = run->unpack();
    bool changed = false;
    for (Series& one : series) changed |= factory_.refresh(one);
    if (!changed) continue;
    run = std::make_shared<const SeriesRun>(series);
    page_shape_.reset();
  }
  factory_.forget_changes();
}

void PageScraper::succeed() {
  Families& families = factory_.families();
  const bool is_known = alive_ == Alive::page && plan_.lines.size() == plan_.page_lines;
  if (!pass_->as_planned() || !is_known) {
    PageDraft& draft = pass_->draft();
    stale_ = draft.missed(alive());
    PagePlan plan = draft.finish();
    const bool same_runs =
        std::equal(plan.runs.begin(), plan.runs.end(), plan_.runs.begin(),
                   plan_.runs.begin() + static_cast<std::ptrdiff_t>(plan_.page_runs));
    if (!same_runs) page_shape_.reset();
    plan_ = std::move(plan);
    alive_ = Alive::page;
    alive_series_ = {};
    families.end_scrape();
    factory_.trim();
  }
  plan_.scrape = families.scrape();
}

void PageScraper::fail() {
  PageDraft& draft = pass_->draft();
  stale_ = draft.missed(alive());
  const std::size_t page_lines = plan_.page_lines;
  alive_series_ = draft.finish_failed(plan_);
  alive_ = Alive::some;
  if (plan_.page_lines != page_lines) page_shape_.reset();
}

std::vector<bool> PageScraper::alive() const {
  std::vector<bool> alive(plan_.labels.size());
  if (alive_ == Alive::some) alive = alive_series_;
  if (alive_ != Alive::page) return alive;
  for (std::size_t i = 0; i < plan_.page_lines; ++i) {
    const PlanLine& line = plan_.lines[i];
    if (line.kind() == LineKind::taken ||
        (line.kind() == LineKind::taken_with_time && rules_.track_timestamps_staleness))
      alive[line.index] = true;
  }
  return alive;
}

std::vector<SeriesRunPtr> PageScraper::all_alive() const {
  if (alive_ == Alive::none) return {};
  RunCutter cutter(plan_.runs, {});
  const std::vector<bool> all = alive();
  for (std::size_t series = 0; series < all.size(); ++series)
    if (all[series]) cutter.add_old(series);
  return cutter.finish();
}

const SeriesRunPtr& PageScraper::report_run() {
  if (report_version_ == factory_.resources_version()) return report_run_;
  report_version_ = factory_.resources_version();
  const std::size_t count = rules_.extra_scrape_metrics ? kReports.size() : kBasicReports;
  std::vector<Series> series;
  for (std::size_t i = 0; i < count; ++i)
    series.push_back(factory_.make_report(kReports[i].name, kReports[i].unit, kReports[i].help));
  report_run_ = std::make_shared<const SeriesRun>(series);
  report_shape_ = std::make_shared<const Shape>(std::vector{report_run_});
  page_shape_.reset();
  return report_run_;
}

const ShapePtr& PageScraper::page_shape() {
  const SeriesRunPtr& report = report_run();
  if (page_shape_ != nullptr) return page_shape_;
  std::vector<SeriesRunPtr> runs;
  runs.reserve(plan_.page_runs + 1);
  runs.assign(plan_.runs.begin(),
              plan_.runs.begin() + static_cast<std::ptrdiff_t>(plan_.page_runs));
  runs.push_back(report);
  page_shape_ = std::make_shared<const Shape>(std::move(runs));
  return page_shape_;
}

std::vector<BatchPtr> PageScraper::finish(const ScrapeReport& report, const PageOutcome& outcome) {
  TRIBUTARY_CHECK(batch_ != nullptr);
  report_run();
  batch_->shape = has_page_ ? page_shape() : report_shape_;
  const std::array<double, kReports.size()> figures = {
      report.up ? 1.0 : 0.0,
      report.duration_seconds,
      static_cast<double>(outcome.scraped),
      static_cast<double>(outcome.kept),
      static_cast<double>(outcome.series_added),
      std::chrono::duration<double>(target_.timeout).count(),
      static_cast<double>(rules_.sample_limit),
      static_cast<double>(report.body_bytes)};
  auto& values = batch_->values;
  values.insert(values.end(), figures.begin(),
                figures.begin() + static_cast<std::ptrdiff_t>(report_run_->size()));
  TRIBUTARY_CHECK(values.size() == batch_->shape->size());
  reported_ = true;
  const std::int64_t timestamp_ms = batch_->timestamp_ms;
  std::vector<BatchPtr> batches;
  batches.push_back(std::exchange(batch_, nullptr));
  if (!stale_.empty())
    batches.push_back(
        make_stale(std::make_shared<const Shape>(std::exchange(stale_, {})), timestamp_ms));
  return batches;
}

std::vector<BatchPtr> PageScraper::end(std::int64_t timestamp_ms) {
  std::vector<BatchPtr> batches;
  if (!reported_) return batches;
  reported_ = false;
  miss(timestamp_ms);
  batch_.reset();
  if (!stale_.empty())
    batches.push_back(
        make_stale(std::make_shared<const Shape>(std::exchange(stale_, {})), timestamp_ms));
  report_run();
  batches.push_back(make_stale(report_shape_, timestamp_ms));
  return batches;
}

std::size_t PageScraper::bytes() const {
  return sizeof *this + plan_.lines.capacity() * sizeof(PlanLine) +
         plan_.labels.capacity() * sizeof(std::uint64_t) +
         plan_.runs.capacity() * sizeof(SeriesRunPtr);
}

}  // namespace tributary::collector::prometheus
