#include "collector/receivers/prometheus/run_cutter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace tributary::collector::prometheus {

RunCutter::RunCutter(std::span<const SeriesRunPtr> old, Refresh refresh)
    : old_(old), refresh_(std::move(refresh)), unpacks_left_(2 * old.size() + kUnpackedMax) {
  begins_.reserve(old.size() + 1);
  std::size_t begin = 0;
  for (const SeriesRunPtr& run : old) {
    begins_.push_back(begin);
    begin += run->size();
  }
  begins_.push_back(begin);
}

std::size_t RunCutter::find_run(std::size_t column) {
  TRIBUTARY_CHECK(column < begins_.back());
  for (std::size_t step = 0; step < 2 && run_ + step < old_.size(); ++step) {
    if (column < begins_[run_ + step] || column >= begins_[run_ + step + 1]) continue;
    run_ += step;
    return run_;
  }
  const auto above = std::upper_bound(begins_.begin(), begins_.end(), column);
  run_ = static_cast<std::size_t>(above - begins_.begin()) - 1;
  return run_;
}

bool RunCutter::is_far(std::size_t column) {
  const std::size_t run = find_run(column);
  if (column == begins_[run] || std::find(near_.begin(), near_.end(), run) != near_.end())
    return false;
  if (unpacks_left_ == 0) return true;
  --unpacks_left_;
  if (near_.size() == kUnpackedMax) near_.erase(near_.begin());
  near_.push_back(run);
  return false;
}

void RunCutter::add_old(std::size_t column) {
  const std::size_t run = find_run(column);
  if (column == begins_[run]) {
    streak_ = 1;
  } else if (streak_ > 0 && pending_.back().column + 1 == column) {
    ++streak_;
  } else {
    streak_ = 0;
  }
  pending_.push_back({static_cast<std::uint32_t>(column), 0});
  if (streak_ == old_[run]->size()) {
    keep(run);
  } else if (pending_.size() - streak_ >= 2 * SeriesRun::kSeriesAim) {
    settle(SeriesRun::kSeriesAim);
  }
}

void RunCutter::add(Series series) {
  streak_ = 0;
  pending_.push_back({Item::kNew, static_cast<std::uint32_t>(fresh_.size())});
  fresh_.push_back(std::move(series));
  if (pending_.size() >= 2 * SeriesRun::kSeriesAim) settle(SeriesRun::kSeriesAim);
}

// The whole run stands at the end of what is pending.
void RunCutter::keep(std::size_t run) {
  const std::size_t before = pending_.size() - streak_;
  const bool is_first = before == 0 && out_.empty();
  const bool joins = (before > 0 && before < kSeriesMin && out_.empty()) ||
                     (old_[run]->size() < kSeriesMin && !is_first);
  if (joins || !refreshed_is_same(run)) {
    streak_ = 0;  // it is cut with what stands before it
    return;
  }
  settle(before);
  out_.push_back(old_[run]);
  pending_.clear();
  fresh_.clear();
  streak_ = 0;
}

bool RunCutter::refreshed_is_same(std::size_t run) {
  if (!refresh_.concerns || !refresh_.concerns(*old_[run])) return true;
  const auto unpacked = old_[run]->unpack();
  return std::none_of(unpacked.begin(), unpacked.end(),
                      [this](Series series) { return refresh_.apply(series); });
}

// Cuts the first `count` of what is pending.
void RunCutter::settle(std::size_t count) {
  if (count == 0) return;
  std::vector<Series> series;
  series.reserve(count);
  for (std::size_t i = 0; i < count; ++i) series.push_back(series_of(pending_[i]));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<Series> kept;
  for (Item& item : pending_) {
    if (item.column != Item::kNew) continue;
    kept.push_back(std::move(fresh_[item.fresh]));
    item.fresh = static_cast<std::uint32_t>(kept.size() - 1);
  }
  fresh_ = std::move(kept);
  emit(std::move(series));
}

void RunCutter::emit(std::vector<Series> series) {
  const bool is_small = !out_.empty() && std::min(series.size(), out_.back()->size()) < kSeriesMin;
  if (is_small) {
    std::vector<Series> joined = out_.back()->unpack();
    out_.pop_back();
    std::move(series.begin(), series.end(), std::back_inserter(joined));
    series = std::move(joined);
  }
  constexpr std::size_t kAim = SeriesRun::kSeriesAim;
  const std::size_t runs = std::max<std::size_t>(1, (series.size() + kAim / 2) / kAim);
  for (std::size_t i = 0, begin = 0; i < runs; ++i) {
    const std::size_t end = series.size() * (i + 1) / runs;
    out_.push_back(
        std::make_shared<const SeriesRun>(std::span(series).subspan(begin, end - begin)));
    begin = end;
  }
}

Series RunCutter::series_of(const Item& item) {
  if (item.column == Item::kNew) return std::move(fresh_[item.fresh]);
  const std::size_t run = find_run(item.column);
  Series series = unpack(run)[item.column - begins_[run]];
  if (refresh_.concerns && refresh_.concerns(*old_[run])) refresh_.apply(series);
  return series;
}

std::vector<Series>& RunCutter::unpack(std::size_t run) {
  const auto known = std::find_if(unpacked_.begin(), unpacked_.end(),
                                  [run](const Unpacked& one) { return one.run == run; });
  if (known != unpacked_.end()) {
    std::rotate(known, known + 1, unpacked_.end());
  } else {
    if (unpacked_.size() == kUnpackedMax) unpacked_.erase(unpacked_.begin());
    unpacked_.push_back({run, old_[run]->unpack()});
  }
  return unpacked_.back().series;
}

std::vector<SeriesRunPtr> RunCutter::finish() {
  settle(pending_.size());
  streak_ = 0;
  return std::move(out_);
}

}  // namespace tributary::collector::prometheus
