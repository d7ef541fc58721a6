#include "tsdb/merge_lists.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tributary::tsdb {
namespace {

class KeepingList final : public SeriesList {
 public:
  KeepingList(std::unique_ptr<SeriesList> list, std::shared_ptr<const void> keep)
      : keep_(std::move(keep)), list_(std::move(list)) {}

  std::size_t size() const override { return list_->size(); }
  LabelsView labels(std::size_t series) const override { return list_->labels(series); }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    return list_->read(series, out);
  }

 private:
  const std::shared_ptr<const void> keep_;
  const std::unique_ptr<SeriesList> list_;
};

class MergedList final : public SeriesList {
 public:
  MergedList(std::vector<std::unique_ptr<SeriesList>> lists, std::shared_ptr<const void> keep)
      : keep_(std::move(keep)), lists_(std::move(lists)) {
    merge();
  }

  std::size_t size() const override { return ends_.size(); }
  LabelsView labels(std::size_t series) const override {
    return labels_of(places_[first_place(series)]);
  }
  Result<void> read(std::size_t series, SeriesSamples& out) const override {
    const std::size_t first = first_place(series);
    const std::size_t floats = out.floats.size();
    const std::size_t histograms = out.histograms.size();
    for (std::size_t i = first; i < ends_[series]; ++i) {
      const Place& place = places_[i];
      if (i == first) {
        if (auto done = lists_[place.list]->read(place.series, out); !done) return done;
        continue;
      }
      thread_local SeriesSamples later;
      later.clear();
      if (auto done = lists_[place.list]->read(place.series, later); !done) return done;
      merge_samples(later, floats, histograms, out);
    }
    return {};
  }

 private:
  struct Place {
    std::uint32_t list;
    std::uint32_t series;
  };

  LabelsView labels_of(const Place& place) const {
    return lists_[place.list]->labels(place.series);
  }
  std::size_t first_place(std::size_t series) const { return series == 0 ? 0 : ends_[series - 1]; }

  void merge() {
    // A heap of the next series of each list.
    const auto later = [this](const Place& a, const Place& b) {
      const int order = compare(labels_of(a), labels_of(b));
      return order != 0 ? order > 0 : a.list > b.list;
    };
    std::vector<Place> heap;
    for (std::uint32_t i = 0; i < lists_.size(); ++i) {
      if (lists_[i]->size() > 0) heap.push_back({i, 0});
    }
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), later);
      Place& place = heap.back();
      const bool same = !places_.empty() && labels_of(places_.back()) == labels_of(place);
      places_.push_back(place);
      if (same) {
        ends_.back() = places_.size();
      } else {
        ends_.push_back(places_.size());
      }
      if (++place.series < lists_[place.list]->size()) {
        std::push_heap(heap.begin(), heap.end(), later);
      } else {
        heap.pop_back();
      }
    }
  }

  const std::shared_ptr<const void> keep_;
  const std::vector<std::unique_ptr<SeriesList>> lists_;
  std::vector<Place> places_;      // of all series, one series after the other
  std::vector<std::size_t> ends_;  // of each series in `places_`
};

// Names or values of all, sorted, each once.
std::vector<std::string> unite(std::vector<std::string> a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  out.reserve(a.size() + b.size());
  std::set_union(std::make_move_iterator(a.begin()), std::make_move_iterator(a.end()), b.begin(),
                 b.end(), std::back_inserter(out));
  return out;
}

class MergedQuerier final : public Querier {
 public:
  MergedQuerier(std::vector<std::unique_ptr<Querier>> queriers, std::shared_ptr<const void> keep)
      : keep_(std::move(keep)), queriers_(std::move(queriers)) {}

  Result<std::unique_ptr<SeriesList>> select(std::span<const Matcher> matchers) const override {
    std::vector<std::unique_ptr<SeriesList>> lists;
    for (const auto& querier : queriers_) {
      TRIBUTARY_TRY(auto list, querier->select(matchers));
      if (list->size() > 0) lists.push_back(std::move(list));
    }
    return merge_lists(std::move(lists), keep_);
  }

  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers) const override {
    std::vector<std::string> names;
    for (const auto& querier : queriers_) {
      TRIBUTARY_TRY(const auto more, querier->label_names(matchers));
      names = unite(std::move(names), more);
    }
    return names;
  }

  Result<std::vector<std::string>> label_values(std::string_view name,
                                                std::span<const Matcher> matchers) const override {
    std::vector<std::string> values;
    for (const auto& querier : queriers_) {
      TRIBUTARY_TRY(const auto more, querier->label_values(name, matchers));
      values = unite(std::move(values), more);
    }
    return values;
  }

 private:
  const std::shared_ptr<const void> keep_;
  const std::vector<std::unique_ptr<Querier>> queriers_;
};

// Start times stand beside samples where anybody knows them.
void pad_starts(SeriesSamples& samples) {
  samples.float_starts_ms.resize(samples.floats.size());
  samples.histogram_starts_ms.resize(samples.histograms.size());
}

// One sample of either list, with its place there.
struct AnySample {
  std::int64_t ms;
  const SeriesSamples* from;
  std::size_t at;
  bool is_float;
};

std::vector<AnySample> all_of(const SeriesSamples& samples) {
  std::vector<AnySample> out;
  for (std::size_t i = 0; i < samples.floats.size(); ++i) {
    out.push_back({samples.floats[i].timestamp_ms, &samples, i, true});
  }
  for (std::size_t i = 0; i < samples.histograms.size(); ++i) {
    out.push_back({samples.histograms[i].timestamp_ms, &samples, i, false});
  }
  std::sort(out.begin(), out.end(),
            [](const AnySample& a, const AnySample& b) { return a.ms < b.ms; });
  return out;
}

std::int64_t start_of(const std::vector<std::int64_t>& starts, std::size_t at) {
  return at < starts.size() ? starts[at] : 0;
}

// "Not reset" was said of the sample before in its own list, which is not the one before any more.
FloatHistogramPtr with_unknown_reset(const FloatHistogramPtr& histogram) {
  if (histogram->reset_hint != ResetHint::no) return histogram;
  auto changed = std::make_shared<FloatHistogram>(*histogram);
  changed->reset_hint = ResetHint::unknown;
  return changed;
}

void interleave(const SeriesSamples& first, const SeriesSamples& second, SeriesSamples& out) {
  const std::vector<AnySample> left = all_of(first);
  const std::vector<AnySample> right = all_of(second);
  std::vector<AnySample> merged;
  merged.reserve(left.size() + right.size());
  std::merge(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(merged),
             [](const AnySample& a, const AnySample& b) { return a.ms < b.ms; });
  const bool with_starts = !first.float_starts_ms.empty() || !first.histogram_starts_ms.empty() ||
                           !second.float_starts_ms.empty() || !second.histogram_starts_ms.empty();
  const AnySample* before = nullptr;
  for (const AnySample& sample : merged) {
    if (before != nullptr && before->ms == sample.ms) continue;
    if (sample.is_float) {
      out.floats.push_back(sample.from->floats[sample.at]);
      if (with_starts) {
        out.float_starts_ms.push_back(start_of(sample.from->float_starts_ms, sample.at));
      }
    } else {
      HistogramSample histogram = sample.from->histograms[sample.at];
      if (before != nullptr && before->from != sample.from) {
        histogram.histogram = with_unknown_reset(histogram.histogram);
      }
      out.histograms.push_back(std::move(histogram));
      if (with_starts) {
        out.histogram_starts_ms.push_back(start_of(sample.from->histogram_starts_ms, sample.at));
      }
    }
    before = &sample;
  }
}

template <class T>
void append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class T>
std::vector<T> cut_off(std::vector<T>& list, std::size_t kept) {
  if (list.size() <= kept) return {};
  const auto from = list.begin() + static_cast<std::ptrdiff_t>(kept);
  std::vector<T> out(std::make_move_iterator(from), std::make_move_iterator(list.end()));
  list.erase(from, list.end());
  return out;
}

}  // namespace

void merge_samples(const SeriesSamples& later, std::size_t kept_floats, std::size_t kept_histograms,
                   SeriesSamples& out) {
  const auto newest = [&] {
    std::int64_t ms = INT64_MIN;
    if (out.floats.size() > kept_floats) ms = out.floats.back().timestamp_ms;
    if (out.histograms.size() > kept_histograms) {
      ms = std::max(ms, out.histograms.back().timestamp_ms);
    }
    return ms;
  }();
  const auto behind = [newest](const auto& list) {
    return list.empty() || list.front().timestamp_ms > newest;
  };
  const bool with_starts = !later.float_starts_ms.empty() || !later.histogram_starts_ms.empty() ||
                           !out.float_starts_ms.empty() || !out.histogram_starts_ms.empty();
  if (with_starts) pad_starts(out);
  if (behind(later.floats) && behind(later.histograms)) {
    append(later.floats, out.floats);
    append(later.histograms, out.histograms);
    append(later.float_starts_ms, out.float_starts_ms);
    append(later.histogram_starts_ms, out.histogram_starts_ms);
  } else {
    SeriesSamples first;
    first.floats = cut_off(out.floats, kept_floats);
    first.histograms = cut_off(out.histograms, kept_histograms);
    first.float_starts_ms = cut_off(out.float_starts_ms, kept_floats);
    first.histogram_starts_ms = cut_off(out.histogram_starts_ms, kept_histograms);
    interleave(first, later, out);
  }
  if (with_starts) pad_starts(out);
}

std::unique_ptr<SeriesList> merge_lists(std::vector<std::unique_ptr<SeriesList>> lists,
                                        std::shared_ptr<const void> keep) {
  if (lists.size() == 1) {
    return std::make_unique<KeepingList>(std::move(lists.front()), std::move(keep));
  }
  return std::make_unique<MergedList>(std::move(lists), std::move(keep));
}

std::unique_ptr<Querier> merge_queriers(std::vector<std::unique_ptr<Querier>> queriers,
                                        std::shared_ptr<const void> keep) {
  return std::make_unique<MergedQuerier>(std::move(queriers), std::move(keep));
}

}  // namespace tributary::tsdb
