#include "tsdb/series_order.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "tsdb/label_order.h"

namespace tributary::tsdb {
namespace {

// Shorter lists are sorted by their labels unless the order of all is known.
constexpr std::size_t kWorthMaking = 4096;

}  // namespace

void SeriesOrder::forget() {
  const std::lock_guard lock(mutex_);
  ranks_.reset();
  ++forgotten_;
}

SeriesOrder::RanksPtr SeriesOrder::find_or_make(std::size_t wanted, const LabelsOf& labels_of,
                                                const std::function<Postings()>& all) {
  {
    const std::lock_guard lock(mutex_);
    if (ranks_ || wanted < kWorthMaking) return ranks_;
  }
  const std::lock_guard one(making_);
  std::uint64_t forgotten = 0;
  {
    const std::lock_guard lock(mutex_);
    if (ranks_) return ranks_;
    forgotten = forgotten_;
  }
  auto made = std::make_shared<Ranks>();
  made->sorted = all();
  std::sort(made->sorted.begin(), made->sorted.end(),
            [&](SeriesId a, SeriesId b) { return compare_packed(labels_of(a), labels_of(b)) < 0; });
  for (std::uint32_t i = 0; i < made->sorted.size(); ++i) {
    const SeriesId id = made->sorted[i];
    if (id >= made->of.size())
      made->of.resize(std::max<std::size_t>(id + 1, made->of.size() * 2), kNone);
    made->of[id] = i;
  }
  const std::lock_guard lock(mutex_);
  if (forgotten == forgotten_) ranks_ = made;
  return made;
}

void SeriesOrder::sort(Postings& series, const LabelsOf& labels_of,
                       const std::function<Postings()>& all) {
  const auto by_labels = [&](SeriesId a, SeriesId b) {
    return compare_packed(labels_of(a), labels_of(b)) < 0;
  };
  const RanksPtr ranks = find_or_make(series.size(), labels_of, all);
  if (!ranks) return std::sort(series.begin(), series.end(), by_labels);

  std::vector<std::uint32_t> known;
  Postings late;
  known.reserve(series.size());
  for (const SeriesId id : series) {
    if (id < ranks->of.size() && ranks->of[id] != kNone) {
      known.push_back(ranks->of[id]);
    } else {
      late.push_back(id);
    }
  }
  std::sort(known.begin(), known.end());
  series.clear();
  for (const std::uint32_t rank : known) series.push_back(ranks->sorted[rank]);
  if (late.empty()) return;
  std::sort(late.begin(), late.end(), by_labels);
  const auto middle = static_cast<std::ptrdiff_t>(series.size());
  series.insert(series.end(), late.begin(), late.end());
  std::inplace_merge(series.begin(), series.begin() + middle, series.end(), by_labels);
  // Too many that came later make the order not worth keeping.
  if (late.size() > kWorthMaking && late.size() > known.size() / 4) {
    const std::lock_guard lock(mutex_);
    if (ranks_ == ranks) ranks_.reset();
  }
}

}  // namespace tributary::tsdb
