// Records that will be logged together, in their order, in memory that is used again.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::tsdb {

class RecordList {
 public:
  // Larger records only cost memory when they are read back.
  static constexpr std::size_t kRecordBytes = 1U << 20;

  void clear() {
    views_.clear();
    used_ = 0;
  }
  bool empty() const { return used_ == 0; }

  // Takes what `record` has, and empties it, where it is full or `now`.
  enum class When { full, now };
  template <class Record>
  void take(Record& record, When when) {
    if (record.empty() || (when == When::full && record.size() < kRecordBytes)) return;
    if (used_ == records_.size()) records_.emplace_back();
    records_[used_++].assign(record.record());
    record.clear();
  }
  std::span<const std::string_view> views() {
    views_.assign(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(used_));
    return views_;
  }

 private:
  std::vector<std::string> records_;
  std::size_t used_ = 0;
  std::vector<std::string_view> views_;
};

}  // namespace tributary::tsdb
