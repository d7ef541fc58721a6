// What a scraper has to do, in the plainest way: pages whole, everything kept as text in maps. The
// reference that PageScraper is tested against.
//
// Threads: one user at a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/receivers/prometheus/page_pass.h"
#include "collector/receivers/prometheus/series_factory.h"

namespace tributary::collector::prometheus {

class PlainScraper {
 public:
  PlainScraper(const Target& target, const SampleRules& rules, ScrapeCommon& common)
      : rules_(rules), factory_(target, rules, common) {}

  PageOutcome read(exposition::Format format, std::string_view page, std::int64_t now_ms);

  // Of the last page, one line per sample: labels, value, time and exemplar. None where it failed.
  std::vector<std::string> samples;
  std::set<std::string> stale;  // labels

 private:
  struct Line {
    std::optional<Labels> labels;  // none: dropped
    bool was_taken = false;
    std::size_t seen = 0;
  };

  Result<void> read_all(exposition::Parser& parser, std::int64_t now_ms, PageOutcome& outcome);
  Result<void> read_sample(exposition::Parser& parser, std::int64_t now_ms, PageOutcome& outcome);

  const SampleRules& rules_;
  SeriesFactory factory_;
  std::map<std::string, Line, std::less<>> lines_;
  std::set<std::string> alive_;
  std::size_t scrape_ = 0;
  // Of this page.
  MetricType type_ = MetricType::unknown;
  bool over_limit_ = false;
  std::set<std::string> seen_;
  std::set<std::string> tracked_;
};

inline PageOutcome PlainScraper::read(exposition::Format format, std::string_view page,
                                      std::int64_t now_ms) {
  ++scrape_;
  type_ = MetricType::unknown;
  over_limit_ = false;
  samples.clear();
  seen_.clear();
  tracked_.clear();
  stale = alive_;
  PageOutcome outcome;
  if (!page.empty()) {
    const auto parser = exposition::make_parser(format, page);
    if (auto done = read_all(*parser, now_ms, outcome); !done) {
      outcome.error = std::move(done).error();
    } else if (over_limit_) {
      outcome.error = Error(Code::limit_exceeded, "sample_limit exceeded");
    }
    if (outcome.error) samples.clear();
    if (!outcome.error)
      std::erase_if(lines_, [this](const auto& line) { return line.second.seen != scrape_; });
  }
  for (const std::string& labels : tracked_) stale.erase(labels);
  alive_ = tracked_;
  return outcome;
}

inline Result<void> PlainScraper::read_all(exposition::Parser& parser, std::int64_t now_ms,
                                           PageOutcome& outcome) {
  while (true) {
    TRIBUTARY_TRY(const exposition::EntryKind kind, parser.next());
    if (kind == exposition::EntryKind::end) return {};
    if (kind == exposition::EntryKind::type) type_ = parser.type();
    if (kind != exposition::EntryKind::sample) continue;
    if (auto done = read_sample(parser, now_ms, outcome); !done) return done;
  }
}

inline Result<void> PlainScraper::read_sample(exposition::Parser& parser, std::int64_t now_ms,
                                              PageOutcome& outcome) {
  auto found = lines_.find(parser.line_text());
  if (found == lines_.end()) {
    TRIBUTARY_TRY(Labels scraped, parser.labels());
    ++outcome.scraped;
    TRIBUTARY_TRY(auto labels, factory_.final_labels(std::move(scraped), type_));
    found = lines_.emplace(parser.line_text(), Line{.labels = std::move(labels)}).first;
  } else {
    ++outcome.scraped;
  }
  Line& line = found->second;
  line.seen = scrape_;
  if (!line.labels) return {};
  ++outcome.kept;
  if (factory_.describes_resource(*line.labels)) return {};
  const std::string labels = line.labels->to_string();
  const auto own = rules_.honor_timestamps ? parser.timestamp_ms() : std::nullopt;
  const bool is_first = seen_.insert(labels).second;
  if (!is_first && !own) {
    ++outcome.duplicates;
    return {};
  }
  if (own && *own > now_ms + PagePass::kFutureMaxMs) {
    ++outcome.future;
    return {};
  }
  if (rules_.sample_limit > 0 && samples.size() >= rules_.sample_limit) {
    over_limit_ = true;
    return {};
  }
  if (!own || rules_.track_timestamps_staleness) tracked_.insert(labels);
  if (!line.was_taken) ++outcome.series_added;
  line.was_taken = true;
  std::string sample = labels + " " + std::to_string(parser.value());
  if (own) sample += " @" + std::to_string(*own);
  TRIBUTARY_TRY(const auto exemplar, parser.exemplar());
  if (exemplar) sample += " # " + exemplar->labels.to_string();
  samples.push_back(std::move(sample));
  return {};
}

}  // namespace tributary::collector::prometheus
