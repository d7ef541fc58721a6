#include "promql/testing/memory_store.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "promql/testing/buckets.h"

namespace tributary::promql::testing {
namespace {

// Whether a bucket that had something has less, or is gone.
bool lost_counts(const Buckets& before, const Buckets& after) {
  return std::any_of(before.begin(), before.end(), [&](const auto& bucket) {
    if (bucket.second == 0) return false;
    const auto found = after.find(bucket.first);
    return found == after.end() || found->second < bucket.second;
  });
}

// Whether `next` may follow `last` in one chunk of counters.
bool continues_counter(const FloatHistogram& last, const FloatHistogram& next) {
  if (last.reset_hint == ResetHint::gauge || next.reset_hint == ResetHint::yes) return false;
  if (is_stale_marker(next)) return true;
  return !is_stale_marker(last) && next.count >= last.count && next.schema == last.schema &&
         next.zero_threshold == last.zero_threshold && next.custom_values == last.custom_values &&
         next.zero_count >= last.zero_count &&
         !lost_counts(spell_out(last.positive_spans, last.positive_counts),
                      spell_out(next.positive_spans, next.positive_counts)) &&
         !lost_counts(spell_out(last.negative_spans, last.negative_counts),
                      spell_out(next.negative_spans, next.negative_counts));
}

// What Prometheus' database gives back for the hint of `next`; `last`: the histogram right before,
// if there is one.
ResetHint stored_hint(const FloatHistogram* last, const FloatHistogram& next) {
  if (next.reset_hint == ResetHint::gauge) return ResetHint::gauge;
  return last != nullptr && continues_counter(*last, next) ? ResetHint::no : ResetHint::unknown;
}

struct Range {
  std::int64_t min_ms = 0;
  std::int64_t max_ms = 0;
};

// [first, last) of the samples in the range.
template <class T>
std::pair<std::size_t, std::size_t> find(const std::vector<T>& samples, Range range) {
  const auto first = std::ranges::lower_bound(samples, range.min_ms, {}, &T::timestamp_ms);
  const auto last = std::ranges::upper_bound(samples, range.max_ms, {}, &T::timestamp_ms);
  const auto begin = static_cast<std::size_t>(first - samples.begin());
  return {begin, std::max(begin, static_cast<std::size_t>(last - samples.begin()))};
}

template <class T>
void append_part(const std::vector<T>& from, std::pair<std::size_t, std::size_t> part,
                 std::vector<T>& to) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(part.first),
            from.begin() + static_cast<std::ptrdiff_t>(part.second));
}

class MemoryList final : public SeriesList {
 public:
  MemoryList(std::vector<const MemoryStore::Series*> series, Range range)
      : series_(std::move(series)), range_(range) {}

  std::size_t size() const override { return series_.size(); }
  LabelsView labels(std::size_t series) const override {
    return LabelsView(series_[series]->packed);
  }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    const MemoryStore::Series& from = *series_[series];
    const auto floats = find(from.samples.floats, range_);
    const auto histograms = find(from.samples.histograms, range_);
    append_part(from.samples.floats, floats, out.floats);
    append_part(from.samples.histograms, histograms, out.histograms);
    if (from.knows_starts) {
      append_part(from.samples.float_starts_ms, floats, out.float_starts_ms);
      append_part(from.samples.histogram_starts_ms, histograms, out.histogram_starts_ms);
    }
    return {};
  }

 private:
  std::vector<const MemoryStore::Series*> series_;
  Range range_;
};

class MemoryQuerier final : public Querier {
 public:
  MemoryQuerier(const std::map<Labels, MemoryStore::Series>& series, Range range)
      : series_(series), range_(range) {}

  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    std::vector<const MemoryStore::Series*> found;
    for_each(matchers,
             [&](const Labels&, const MemoryStore::Series& series) { found.push_back(&series); });
    return std::unique_ptr<SeriesList>(std::make_unique<MemoryList>(std::move(found), range_));
  }

  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const override {
    std::set<std::string> names;
    for_each(matchers, [&](const Labels& labels, const MemoryStore::Series&) {
      for (const Label& label : labels) names.insert(label.name);
    });
    return std::vector<std::string>(names.begin(), names.end());
  }

  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const Matcher> matchers) const override {
    std::set<std::string> values;
    for_each(matchers, [&](const Labels& labels, const MemoryStore::Series&) {
      if (labels.has(name)) values.emplace(labels.get(name));
    });
    return std::vector<std::string>(values.begin(), values.end());
  }

 private:
  template <class Visit>
  void for_each(std::span<const Matcher> matchers, Visit visit) const {
    for (const auto& [labels, series] : series_) {
      const auto floats = find(series.samples.floats, range_);
      const auto histograms = find(series.samples.histograms, range_);
      const bool empty = floats.first == floats.second && histograms.first == histograms.second;
      if (!empty && matches(matchers, labels)) visit(labels, series);
    }
  }

  const std::map<Labels, MemoryStore::Series>& series_;
  Range range_;
};

}  // namespace

Result<MemoryStore::Series*> MemoryStore::series_for(const Labels& labels,
                                                     std::int64_t timestamp_ms) {
  const auto [found, is_new] = series_.try_emplace(labels);
  Series& series = found->second;
  if (is_new) {
    series.packed = pack(labels);
  } else if (timestamp_ms <= series.newest_ms) {
    return Error(Code::out_of_order, labels.to_string() + " at " + std::to_string(timestamp_ms) +
                                         " is not later than " + std::to_string(series.newest_ms));
  }
  series.newest_ms = timestamp_ms;
  return &series;
}

Result<void> MemoryStore::append(const Labels& labels, Sample sample, std::int64_t start_ms) {
  const auto known = series_.find(labels);
  if (is_stale_marker(sample.value) && known != series_.end() &&
      known->second.newest_is_histogram) {
    return append(labels, sample.timestamp_ms, FloatHistogram{.sum = sample.value}, start_ms);
  }
  TRIBUTARY_TRY(Series* const series, series_for(labels, sample.timestamp_ms));
  series->samples.floats.push_back(sample);
  series->samples.float_starts_ms.push_back(start_ms);
  series->newest_is_histogram = false;
  series->knows_starts |= start_ms != 0;
  return {};
}

Result<void> MemoryStore::append(const Labels& labels, std::int64_t timestamp_ms,
                                 const FloatHistogram& histogram, std::int64_t start_ms) {
  TRIBUTARY_TRY(Series* const series, series_for(labels, timestamp_ms));
  std::vector<HistogramSample>& samples = series->samples.histograms;
  const FloatHistogram* const last =
      series->newest_is_histogram ? samples.back().histogram.get() : nullptr;
  FloatHistogram stored = histogram;
  stored.reset_hint = stored_hint(last, histogram);
  samples.push_back({timestamp_ms, std::make_shared<const FloatHistogram>(std::move(stored))});
  series->samples.histogram_starts_ms.push_back(start_ms);
  series->newest_is_histogram = true;
  series->knows_starts |= start_ms != 0;
  return {};
}

Result<std::unique_ptr<Querier>> MemoryStore::querier(std::int64_t min_ms,
                                                      std::int64_t max_ms) const {
  return std::unique_ptr<Querier>(
      std::make_unique<MemoryQuerier>(series_, Range{.min_ms = min_ms, .max_ms = max_ms}));
}

}  // namespace tributary::promql::testing
