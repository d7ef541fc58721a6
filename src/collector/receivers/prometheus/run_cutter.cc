#include "collector/receivers/prometheus/run_cutter.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace tributary::collector::prometheus {

RunCutter::RunCutter(std::span<const SeriesRunPtr> old, Refresh refresh)
    : old_(old),
      refresh_(std::move(refresh)),
      was_walked_(old.size()),
      unpacks_left_(2 * old.size() + kUnpackedMax) {
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

bool RunCutter::is_concerned(std::size_t run) {
  if (!refresh_.concerns) return false;
  if (!concerned_ || concerned_->first != run) concerned_ = {run, refresh_.concerns(*old_[run])};
  return concerned_->second;
}

bool RunCutter::refreshed_is_same(std::size_t run) {
  concerned_.reset();
  if (!is_concerned(run)) return true;
  const auto unpacked = old_[run]->unpack();
  return std::none_of(unpacked.begin(), unpacked.end(),
                      [this](Series series) { return refresh_.apply(series); });
}

// Cuts the first `count` of what is pending.
void RunCutter::settle(std::size_t count) {
  if (count == 0) return;
  concerned_.reset();
  SeriesRunPtr before;
  if (!out_.empty() && std::min(count, out_.back()->size()) < kSeriesMin) {
    before = std::move(out_.back());
    out_.pop_back();
  }
  const std::size_t joined = before == nullptr ? 0 : before->size();
  const std::size_t all = joined + count;
  constexpr std::size_t kAim = SeriesRun::kSeriesAim;
  const std::size_t runs = std::max<std::size_t>(1, (all + kAim / 2) / kAim);
  std::size_t packed = 0;
  std::size_t cut = 0;
  const auto end_series = [&] {
    ++packed;
    if (packed == all * (cut + 1) / runs) {
      out_.push_back(builder_.finish());
      ++cut;
    }
  };
  if (before != nullptr) {
    for (SeriesRunReader reader(*before); reader.next();) {
      builder_.add(reader.view());
      end_series();
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    pack(pending_[i]);
    end_series();
  }
  forget(count);
}

// Takes the first `count` off what is pending.
void RunCutter::forget(std::size_t count) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<Series> kept;
  for (Item& item : pending_) {
    if (item.column != Item::kNew) continue;
    kept.push_back(std::move(fresh_[item.fresh]));
    item.fresh = static_cast<std::uint32_t>(kept.size() - 1);
  }
  fresh_ = std::move(kept);
}

void RunCutter::pack(const Item& item) {
  if (item.column == Item::kNew) {
    builder_.add(fresh_[item.fresh]);
    return;
  }
  const std::size_t run = find_run(item.column);
  const std::size_t index = item.column - begins_[run];
  if (is_concerned(run)) {
    Series series = unpack(run)[index];
    refresh_.apply(series);
    builder_.add(series);
  } else if (walk_to(run, index)) {
    builder_.add(walk_.reader->view());
  } else {
    builder_.add(unpack(run)[index]);
  }
}

// Steps to a series of a run, unless it lies behind: each run is walked through once.
bool RunCutter::walk_to(std::size_t run, std::size_t index) {
  if (walk_.run != run) {
    if (was_walked_[run]) return false;
    was_walked_[run] = true;
    walk_ = {.run = run, .next = 0, .reader = std::make_unique<SeriesRunReader>(*old_[run])};
  }
  if (walk_.next > index + 1) return false;
  for (; walk_.next <= index; ++walk_.next) TRIBUTARY_CHECK(walk_.reader->next());
  return true;
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
