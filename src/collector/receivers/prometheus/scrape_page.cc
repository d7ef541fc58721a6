#include "collector/receivers/prometheus/scrape_page.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace tributary::collector::prometheus {
namespace {

using exposition::EntryKind;
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

}  // namespace

PageOutcome PageScraper::read(Format format, std::string_view page, std::int64_t timestamp_ms) {
  ++scrape_;
  stale_.clear();
  has_page_ = false;
  batch_ = std::make_shared<Batch>();
  batch_->timestamp_ms = timestamp_ms;
  if (page.empty()) {
    collect_stale({});
    forget();
    return {};
  }
  batch_->values.reserve(plan_.size() + kReports.size());
  const auto parser = exposition::make_parser(format, page);
  Pass pass{.parser = *parser,
            .exemplars = format == Format::openmetrics,
            .timestamp_ms = timestamp_ms,
            .predicted = !plan_.empty() && plan_version_ == factory_.version()};
  factory_.families().begin_scrape();
  const std::uint64_t version = factory_.version();
  if (auto done = read_entries(pass); !done) {
    pass.outcome.error = std::move(done).error();
  } else if (pass.over_limit) {
    pass.outcome.error =
        Error(Code::limit_exceeded, "sample_limit exceeded: the page has more than " +
                                        std::to_string(rules_.sample_limit) + " samples");
  }
  if (pass.outcome.error) {
    fail(pass);
  } else {
    succeed(pass);
    plan_version_ = pass.learnable && version == factory_.version() ? version : 0;
  }
  return std::move(pass.outcome);
}

Result<void> PageScraper::read_entries(Pass& pass) {
  Families& families = factory_.families();
  while (true) {
    TRIBUTARY_TRY(const EntryKind kind, pass.parser.next());
    switch (kind) {
      case EntryKind::wait:  // only of a page that comes in pieces
      case EntryKind::end: return {};
      case EntryKind::type:
        pass.type = pass.parser.type();
        families.set_type(pass.parser.name(), pass.type);
        break;
      case EntryKind::help: families.set_help(pass.parser.name(), pass.parser.text()); break;
      case EntryKind::unit: families.set_unit(pass.parser.name(), pass.parser.text()); break;
      case EntryKind::comment: break;
      case EntryKind::sample:
        if (auto done = read_sample(pass); !done) return done;
        break;
    }
  }
}

Result<void> PageScraper::read_sample(Pass& pass) {
  if (pass.predicted) {
    TRIBUTARY_TRY(const bool expected, read_expected(pass));
    if (expected) return {};
    diverge(pass);
  }
  return read_other(pass);
}

// Takes the sample if it is the one that the plan says comes here.
Result<bool> PageScraper::read_expected(Pass& pass) {
  if (pass.at >= plan_.size()) return false;
  const Slot& slot = plan_[pass.at];
  const bool own_time = rules_.honor_timestamps && pass.parser.timestamp_ms().has_value();
  if (slot.own_time != own_time || slot.line->text != pass.parser.series_text()) return false;
  if (factory_.version() != plan_version_ || (own_time && is_future(pass))) return false;
  ++pass.at;
  ++pass.outcome.scraped;
  if (slot.line->identity == nullptr) return true;
  ++pass.outcome.kept;
  if (slot.column == kNoColumn) {
    if (!slot.line->identity->is_target_info) ++pass.outcome.duplicates;
    return true;
  }
  if (auto stored = store(pass, slot.column, own_time); !stored) return stored.error();
  return true;
}

// From here on the page is not the one before: what was taken so far is marked as seen.
void PageScraper::diverge(Pass& pass) {
  pass.predicted = false;
  pass.slots.assign(plan_.begin(), plan_.begin() + static_cast<std::ptrdiff_t>(pass.at));
  for (std::uint32_t i = 0; i < pass.slots.size(); ++i) {
    const Slot& slot = pass.slots[i];
    slot.line->seen = scrape_;
    slot.line->position = i;
    Identity* const identity = slot.line->identity;
    if (identity == nullptr) continue;
    identity->seen = scrape_;
    const bool tracks = !slot.own_time || rules_.track_timestamps_staleness;
    if (slot.column == kNoColumn || !tracks || identity->tracked == scrape_) continue;
    identity->tracked = scrape_;
    pass.tracked.push_back(identity);
  }
}

Result<void> PageScraper::read_other(Pass& pass) {
  const bool own_time = rules_.honor_timestamps && pass.parser.timestamp_ms().has_value();
  Line* line = find_line(pass);
  if (line == nullptr) {
    TRIBUTARY_TRY(line, make_line(pass));
  } else {
    ++pass.outcome.scraped;
  }
  const std::uint32_t column = place(pass, *line, own_time);
  line->seen = scrape_;
  line->position = static_cast<std::uint32_t>(pass.slots.size());
  pass.slots.push_back({line, column, own_time});
  if (column == kNoColumn) return {};
  return store(pass, column, own_time);
}

// The sample's column in the batch, or kNoColumn where it does not come in.
std::uint32_t PageScraper::place(Pass& pass, Line& line, bool own_time) {
  if (line.identity == nullptr) return kNoColumn;
  ++pass.outcome.kept;
  Identity& identity = *line.identity;
  const bool again = identity.seen == scrape_ && !own_time;
  identity.seen = scrape_;
  if (identity.version != factory_.version()) resolve(identity, nullptr);
  if (identity.is_target_info) return kNoColumn;
  if (again) {
    ++pass.outcome.duplicates;
    return kNoColumn;
  }
  if (own_time && is_future(pass)) {
    ++pass.outcome.future;
    pass.learnable = false;
    return kNoColumn;
  }
  if (rules_.sample_limit > 0 && batch_->values.size() >= rules_.sample_limit) {
    pass.over_limit = true;
    return kNoColumn;
  }
  if ((!own_time || rules_.track_timestamps_staleness) && identity.tracked != scrape_) {
    identity.tracked = scrape_;
    pass.tracked.push_back(&identity);
  }
  if (!line.was_taken) ++pass.outcome.series_added;
  line.was_taken = true;
  return static_cast<std::uint32_t>(batch_->values.size());
}

Result<void> PageScraper::store(Pass& pass, std::uint32_t column, bool own_time) {
  batch_->values.push_back(pass.parser.value());
  if (own_time) batch_->timestamps.push_back({column, *pass.parser.timestamp_ms()});
  if (!pass.exemplars) return {};
  TRIBUTARY_TRY(auto exemplar, pass.parser.exemplar());
  if (!exemplar) return {};
  if (!exemplar->timestamp_ms)
    exemplar->timestamp_ms = own_time ? *pass.parser.timestamp_ms() : pass.timestamp_ms;
  batch_->exemplars.push_back({column, std::move(*exemplar)});
  return {};
}

// The known line of these bytes, looked for first where the last page would have it.
Line* PageScraper::find_line(Pass& pass) {
  const std::string_view text = pass.parser.series_text();
  if (pass.at < plan_.size() && plan_[pass.at].line->text == text) return plan_[pass.at++].line;
  Line* const line = cache_.find(text);
  if (line == nullptr) return line;
  if (line->position < plan_.size() && plan_[line->position].line == line)
    pass.at = line->position + 1;
  return line;
}

Result<Line*> PageScraper::make_line(Pass& pass) {
  TRIBUTARY_TRY(Labels scraped, pass.parser.labels());
  ++pass.outcome.scraped;
  TRIBUTARY_TRY(const auto labels, factory_.final_labels(std::move(scraped), pass.type));
  if (!labels) return &cache_.add(pass.parser.series_text(), nullptr);
  Identity& identity = cache_.intern(*labels);
  if (identity.series == nullptr) resolve(identity, &*labels);
  return &cache_.add(pass.parser.series_text(), &identity);
}

// Makes the identity's series, or brings it up to date with the metadata known now.
void PageScraper::resolve(Identity& identity, const Labels* final_labels) {
  if (final_labels != nullptr) {
    identity.is_target_info = factory_.describes_resource(*final_labels);
    if (identity.is_target_info) factory_.set_target_info(*final_labels);
    identity.series = factory_.make(*final_labels);
  } else {
    SeriesPtr fresh = factory_.refresh(identity.series);
    if (fresh != identity.series) plan_shape_.reset();
    identity.series = std::move(fresh);
  }
  identity.version = factory_.version();
}

bool PageScraper::is_future(const Pass& pass) const {
  return *pass.parser.timestamp_ms() > pass.timestamp_ms + kFutureMaxMs;
}

void PageScraper::succeed(Pass& pass) {
  has_page_ = true;
  if (pass.predicted && pass.at == plan_.size() && plan_is_alive_ &&
      cache_.size() == lines_after_success_)
    return;
  if (pass.predicted) diverge(pass);
  if (pass.slots != plan_) plan_shape_.reset();
  plan_ = std::move(pass.slots);
  collect_stale(std::move(pass.tracked));
  plan_is_alive_ = true;
  forget();
}

void PageScraper::fail(Pass& pass) {
  if (pass.predicted) diverge(pass);
  collect_stale(std::move(pass.tracked));
  forget();
}

// What was alive and is not among `still_tracked`, which the scrape has marked, gets a marker.
void PageScraper::collect_stale(std::vector<Identity*> still_tracked) {
  for (const Identity* identity : tracked_)
    if (identity->tracked != scrape_) stale_.push_back(identity->series);
  tracked_ = std::move(still_tracked);
  plan_is_alive_ = false;
}

// After a success, whatever the page did not have; after failures only when far too much has come
// together from pages whose lines change.
void PageScraper::forget() {
  constexpr std::size_t kSlack = 1000;
  if (!has_page_ && cache_.size() <= lines_after_success_ * 2 + kSlack) return;
  cache_.forget_unseen(scrape_);
  factory_.trim();
  if (has_page_) {
    factory_.families().end_scrape();
    lines_after_success_ = cache_.size();
  } else {
    plan_.clear();
    plan_shape_.reset();
  }
}

const std::vector<SeriesPtr>& PageScraper::report_series() {
  if (report_version_ == factory_.resources_version()) return report_series_;
  report_version_ = factory_.resources_version();
  report_series_.clear();
  const std::size_t count = rules_.extra_scrape_metrics ? kReports.size() : kBasicReports;
  for (std::size_t i = 0; i < count; ++i)
    report_series_.push_back(
        factory_.make_report(kReports[i].name, kReports[i].unit, kReports[i].help));
  plan_shape_.reset();
  report_shape_.reset();
  return report_series_;
}

// Of the scrape that is being finished: the page's series, the stale ones, the report's.
ShapePtr PageScraper::shape() {
  const auto& reports = report_series();
  ShapePtr* const kept = !stale_.empty() ? nullptr : has_page_ ? &plan_shape_ : &report_shape_;
  if (kept != nullptr && *kept != nullptr) return *kept;
  ShapeBuilder series;
  if (has_page_) {
    for (const Slot& slot : plan_)
      if (slot.column != kNoColumn) series.add(*slot.line->identity->series);
  }
  for (const SeriesPtr& one : stale_) series.add(*one);
  for (const SeriesPtr& one : reports) series.add(*one);
  ShapePtr made = series.finish();
  if (kept != nullptr) *kept = made;
  return made;
}

BatchPtr PageScraper::finish(const ScrapeReport& report, const PageOutcome& outcome) {
  TRIBUTARY_CHECK(batch_ != nullptr);
  if (!has_page_) {
    batch_->values.clear();
    batch_->timestamps.clear();
    batch_->exemplars.clear();
  }
  batch_->shape = shape();
  auto& values = batch_->values;
  values.insert(values.end(), stale_.size(), kStaleMarker);
  const std::array<double, kReports.size()> figures = {
      report.up ? 1.0 : 0.0,
      report.duration_seconds,
      static_cast<double>(outcome.scraped),
      static_cast<double>(outcome.kept),
      static_cast<double>(outcome.series_added),
      std::chrono::duration<double>(target_.timeout).count(),
      static_cast<double>(rules_.sample_limit),
      static_cast<double>(report.body_bytes)};
  values.insert(values.end(), figures.begin(),
                figures.begin() + static_cast<std::ptrdiff_t>(report_series_.size()));
  TRIBUTARY_CHECK(values.size() == batch_->shape->size());
  reported_ = true;
  stale_.clear();
  return std::exchange(batch_, nullptr);
}

BatchPtr PageScraper::end(std::int64_t timestamp_ms) {
  if (!reported_) return nullptr;
  reported_ = false;
  ++scrape_;
  has_page_ = false;
  collect_stale({});
  auto batch = std::make_shared<Batch>();
  batch->timestamp_ms = timestamp_ms;
  batch->shape = shape();
  batch->values.assign(batch->shape->size(), kStaleMarker);
  stale_.clear();
  return batch;
}

}  // namespace tributary::collector::prometheus
