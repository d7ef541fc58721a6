#include "tsdb/exemplars.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "tsdb/label_order.h"

namespace tributary::tsdb {
namespace {

std::size_t count_letters(std::string_view packed) {
  std::size_t letters = 0;
  for (const auto& [name, value] : LabelsView(packed)) {
    letters += static_cast<std::size_t>(std::count_if(name.begin(), name.end(), begins_character));
    letters +=
        static_cast<std::size_t>(std::count_if(value.begin(), value.end(), begins_character));
  }
  return letters;
}

bool all_match(const Matchers& matchers, LabelsView labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
    return matcher.matches(labels.get(matcher.name()));
  });
}

}  // namespace

ExemplarStore::Verdict ExemplarStore::judge_locked(const OfSeries* series,
                                                   std::string_view packed_labels,
                                                   Sample sample) const {
  if (count_letters(packed_labels) > kExemplarLettersMax) return Verdict::too_long;
  if (series == nullptr) return Verdict::news;
  if (series->newest == sample && series->newest_labels == packed_labels) {
    return Verdict::repeated;
  }
  return sample.timestamp_ms < series->newest.timestamp_ms ? Verdict::out_of_order : Verdict::news;
}

ExemplarStore::Verdict ExemplarStore::judge(std::string_view packed_series,
                                            std::string_view packed_labels, Sample sample) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_series_.find(std::string(packed_series));
  return judge_locked(found == by_series_.end() ? nullptr : &found->second, packed_labels, sample);
}

ExemplarStore::Verdict ExemplarStore::add(std::string_view packed_series,
                                          std::string_view packed_labels, Sample sample) {
  if (max_ == 0) return Verdict::repeated;
  const std::lock_guard lock(mutex_);
  const std::string key(packed_series);
  const auto found = by_series_.find(key);
  const Verdict verdict =
      judge_locked(found == by_series_.end() ? nullptr : &found->second, packed_labels, sample);
  if (verdict != Verdict::news) return verdict;
  auto& of_series = *by_series_.try_emplace(key).first;
  ++of_series.second.count;
  of_series.second.newest_labels = packed_labels;
  of_series.second.newest = sample;
  Entry entry{&of_series, {std::string(packed_labels), sample}};
  if (circle_.size() < max_) {
    circle_.push_back(std::move(entry));
    return verdict;
  }
  std::swap(circle_[next_], entry);
  next_ = (next_ + 1) % max_;
  if (--entry.series->second.count == 0) by_series_.erase(by_series_.find(entry.series->first));
  return verdict;
}

std::vector<SeriesExemplars> ExemplarStore::select(std::span<const Matchers> any_of,
                                                   std::int64_t min_ms, std::int64_t max_ms) const {
  const std::lock_guard lock(mutex_);
  std::unordered_map<const BySeries::value_type*, std::size_t> places;
  std::vector<SeriesExemplars> out;
  for (const auto& series : by_series_) {
    const LabelsView labels(series.first);
    if (std::any_of(any_of.begin(), any_of.end(),
                    [labels](const Matchers& all) { return all_match(all, labels); })) {
      places.emplace(&series, places.size());
    }
  }
  out.resize(places.size());
  for (std::size_t i = 0; i < circle_.size() && !places.empty(); ++i) {
    const Entry& entry = circle_[(next_ + i) % circle_.size()];
    const std::int64_t ms = entry.exemplar.sample.timestamp_ms;
    if (ms < min_ms || ms > max_ms) continue;
    const auto place = places.find(entry.series);
    if (place == places.end()) continue;
    SeriesExemplars& series = out[place->second];
    series.packed_series = entry.series->first;
    series.exemplars.push_back(entry.exemplar);
  }
  std::erase_if(out, [](const SeriesExemplars& series) { return series.exemplars.empty(); });
  std::sort(out.begin(), out.end(), [](const SeriesExemplars& a, const SeriesExemplars& b) {
    return compare_packed(a.packed_series, b.packed_series) < 0;
  });
  return out;
}

std::size_t ExemplarStore::size() const {
  const std::lock_guard lock(mutex_);
  return circle_.size();
}

}  // namespace tributary::tsdb
