// How many samples may be held at the same time: by one query, and by all queries of one owner
// together.
//
// Threads: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace tributary::promql {

class SampleBudget {
 public:
  // 0: any number. What is held here counts in `owner`, too, which outlives this.
  explicit SampleBudget(std::uint64_t max, SampleBudget* owner = nullptr)
      : max_(max), owner_(owner) {}
  ~SampleBudget() {
    if (owner_ != nullptr) owner_->release(held_.load());
  }
  SampleBudget(const SampleBudget&) = delete;
  SampleBudget& operator=(const SampleBudget&) = delete;

  // False where that is too many; they count as held all the same.
  bool hold(std::uint64_t samples) {
    const std::uint64_t held = held_.fetch_add(samples) + samples;
    note_peak(held);
    const bool owner_has_room = owner_ == nullptr || owner_->hold(samples);
    return owner_has_room && (max_ == 0 || held <= max_);
  }
  void release(std::uint64_t samples) {
    held_.fetch_sub(samples);
    if (owner_ != nullptr) owner_->release(samples);
  }
  // Whether `samples` more could be held, for a moment.
  bool fits(std::uint64_t samples) {
    const std::uint64_t held = held_.load() + samples;
    note_peak(held);
    const bool owner_has_room = owner_ == nullptr || owner_->fits(samples);
    return owner_has_room && (max_ == 0 || held <= max_);
  }
  std::uint64_t held() const { return held_.load(); }
  std::uint64_t peak() const { return peak_.load(); }
  std::uint64_t max() const { return max_; }
  void set_max(std::uint64_t max) { max_ = max; }

 private:
  void note_peak(std::uint64_t held) {
    std::uint64_t seen = peak_.load();
    while (held > seen && !peak_.compare_exchange_weak(seen, held)) {
    }
  }

  std::atomic<std::uint64_t> max_;
  SampleBudget* const owner_;
  std::atomic<std::uint64_t> held_ = 0;
  std::atomic<std::uint64_t> peak_ = 0;
};

}  // namespace tributary::promql
