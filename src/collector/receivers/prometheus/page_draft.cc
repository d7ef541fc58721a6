#include "collector/receivers/prometheus/page_draft.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tributary::collector::prometheus {
namespace {

RunCutter::Refresh refresh_of(SeriesFactory& factory) {
  return {.concerns = [&factory](const SeriesRun& run) { return factory.concerns(run); },
          .apply = [&factory](Series& series) { return factory.refresh(series); }};
}

bool same_text(const PlanLine& a, const PlanLine& b) {
  return a.bytes == b.bytes && a.hash == b.hash;
}

}  // namespace

PageDraft::PageDraft(const PagePlan& plan, std::size_t recognised, SeriesFactory& factory,
                     const HashKey& key, bool track_times)
    : plan_(plan),
      factory_(factory),
      key_(key),
      cutter_(plan.runs, refresh_of(factory)),
      states_(plan.labels.size()) {
  lines_.reserve(plan.page_lines);
  labels_.reserve(plan.page_columns);
  lines_.assign(plan.lines.begin(), plan.lines.begin() + static_cast<std::ptrdiff_t>(recognised));
  for (std::uint32_t at = 0; at < lines_.size(); ++at) {
    const PlanLine& line = lines_[at];
    if (!line.is_taken()) continue;
    State& state = states_[line.index];
    state.column = line.index;
    state.line = std::min(state.line, at);
    state.seen = true;
    state.tracked = state.tracked || line.kind() == LineKind::taken || track_times;
    cutter_.add_old(labels_.size());
    labels_.push_back(plan.labels[labels_.size()]);
  }
}

std::uint32_t PageDraft::find(const PlanLine& line, std::size_t expected) {
  constexpr std::size_t kLinesAhead = 8;
  const std::size_t end = std::min(expected + kLinesAhead, plan_.page_lines);
  for (std::size_t at = expected; at < end; ++at)
    if (same_text(plan_.lines[at], line)) return static_cast<std::uint32_t>(at);
  if (!lines_indexed_) index_lines();
  const auto found = by_text_.find(key_.mix(line.hash));
  return found != by_text_.end() && same_text(plan_.lines[found->second], line) ? found->second
                                                                                : kNone;
}

void PageDraft::index_lines() {
  lines_indexed_ = true;
  by_text_.reserve(plan_.lines.size());
  for (std::uint32_t at = 0; at < plan_.lines.size(); ++at)
    if (plan_.lines[at].is_sample() && plan_.lines[at].bytes > 0)
      by_text_.emplace(key_.mix(plan_.lines[at].hash), at);
}

void PageDraft::index_labels() {
  labels_indexed_ = true;
  by_labels_.reserve(plan_.labels.size());
  for (std::uint32_t series = 0; series < plan_.labels.size(); ++series)
    by_labels_.emplace(plan_.labels[series], series);
}

bool PageDraft::was_taken(const PlanLine& line, std::uint32_t series) const {
  const State& state = states_[series];
  if (state.line == kNone) return false;
  if (same_text(lines_[state.line], line)) return true;
  const auto found = taken_texts_.find(key_.mix(line.hash));
  return found != taken_texts_.end() && same_text(found->second, line);
}

std::uint32_t PageDraft::intern(std::uint64_t labels_hash) {
  if (!labels_indexed_) index_labels();
  const auto [at, added] =
      by_labels_.emplace(labels_hash, static_cast<std::uint32_t>(states_.size()));
  if (added) {
    states_.emplace_back();
    fresh_labels_.push_back(labels_hash);
  }
  return at->second;
}

std::uint64_t PageDraft::labels_hash(std::uint32_t series) const {
  return is_old(series) ? plan_.labels[series] : fresh_labels_[series - plan_.labels.size()];
}

void PageDraft::add_duplicate(PlanLine line, std::uint32_t series) {
  const State& state = states_[series];
  const LineKind kind = state.column == kNone ? LineKind::unknown : LineKind::duplicate;
  set_kind(line, kind);
  set_index(line, state.column == kNone ? 0 : state.column);
  if (was_taken(line, series)) line.was_taken = 1;
  lines_.push_back(line);
}

void PageDraft::add_taken(PlanLine line, std::uint32_t known, std::uint32_t series,
                          const Labels* labels) {
  State& state = states_[series];
  const bool from_labels = labels != nullptr && (!is_old(series) || cutter_.is_far(series));
  if (from_labels) {
    cutter_.add(factory_.make(*labels));
  } else {
    cutter_.add_old(series);
  }
  if (state.column == kNone) {
    state.column = static_cast<std::uint32_t>(labels_.size());
    state.line = static_cast<std::uint32_t>(lines_.size());
  }
  labels_.push_back(labels_hash(series));
  if (known == kNone) {
    fresh_lines_.push_back(static_cast<std::uint32_t>(lines_.size()));
    if (line.kind() == LineKind::taken_with_time) taken_texts_.emplace(key_.mix(line.hash), line);
  } else if (line.was_taken == 0) {
    newly_taken_.push_back(known);
  }
  line.was_taken = 1;
  set_index(line, state.column);
  lines_.push_back(line);
}

std::vector<SeriesRunPtr> PageDraft::missed(const std::vector<bool>& alive) const {
  RunCutter stale(plan_.runs, {});
  for (std::size_t series = 0; series < alive.size(); ++series)
    if (alive[series] && !states_[series].tracked) stale.add_old(series);
  return stale.finish();
}

PagePlan PageDraft::finish() {
  PagePlan plan;
  plan.runs = cutter_.finish();
  plan.lines = std::move(lines_);
  plan.labels = std::move(labels_);
  plan.lines.shrink_to_fit();
  plan.labels.shrink_to_fit();
  plan.runs.shrink_to_fit();
  plan.page_lines = plan.lines.size();
  plan.page_columns = plan.labels.size();
  plan.page_runs = plan.runs.size();
  return plan;
}

// Appends the lines and the series that are new.
std::vector<bool> PageDraft::finish_failed(PagePlan& plan) {
  constexpr std::size_t kSlack = 1000;
  if (plan.lines.size() + fresh_lines_.size() > 2 * plan.page_lines + kSlack)
    return forget_page(plan);
  for (const std::uint32_t line : newly_taken_) plan.lines[line].was_taken = 1;
  const std::vector<SeriesRunPtr> runs = cutter_.finish();
  RunCutter fresh(runs, {});
  const std::size_t old_series = plan.labels.size();
  std::vector<std::uint32_t> place(states_.size(), kNone);
  for (std::uint32_t series = 0; series < states_.size(); ++series) {
    if (series < old_series) {
      place[series] = series;
    } else if (states_[series].column != kNone) {
      place[series] = static_cast<std::uint32_t>(plan.labels.size());
      plan.labels.push_back(fresh_labels_[series - old_series]);
      fresh.add_old(states_[series].column);
    }
  }
  auto added = fresh.finish();
  std::move(added.begin(), added.end(), std::back_inserter(plan.runs));

  std::vector<std::uint32_t> series_at(labels_.size(), kNone);
  for (std::uint32_t series = 0; series < states_.size(); ++series)
    if (states_[series].column != kNone) series_at[states_[series].column] = series;
  for (const std::uint32_t at : fresh_lines_) {
    PlanLine line = lines_[at];
    if (line.kind() == LineKind::unknown) continue;
    set_index(line, place[series_at[line.index]]);
    plan.lines.push_back(line);
  }
  std::vector<bool> alive(plan.labels.size());
  for (std::uint32_t series = 0; series < states_.size(); ++series)
    if (place[series] != kNone) alive[place[series]] = states_[series].tracked;
  return alive;
}

// Far too much has come together from pages that fail and have other lines each time: only what
// this page had stays known.
std::vector<bool> PageDraft::forget_page(PagePlan& plan) {
  std::vector<bool> alive(labels_.size());
  for (const State& state : states_)
    if (state.column != kNone) alive[state.column] = state.tracked;
  plan = finish();
  plan.page_lines = plan.page_columns = plan.page_runs = 0;
  return alive;
}

}  // namespace tributary::collector::prometheus
